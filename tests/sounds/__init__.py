"""The chimes, the words as voices say them, and the manifest."""
