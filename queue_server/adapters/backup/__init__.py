"""Copies of everything for the day the machine dies, and what must not come back with them."""
