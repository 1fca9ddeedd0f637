"""Aufruf's server: the queue of a town hall, its numbers, calls and screens."""
