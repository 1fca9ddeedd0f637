"""The administration: what a town sets up by itself, page by page, each change on one road."""
