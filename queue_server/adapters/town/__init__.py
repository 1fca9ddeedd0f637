"""A town's set-up: read from its file, checked, kept as dated versions, and what of it is in use."""
