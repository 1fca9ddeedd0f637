"""Web Push: calls that reach a phone whose page is not looked at."""
