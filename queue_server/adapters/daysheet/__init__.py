"""Each site's day as a PDF in a folder, for the hour in which nothing else works."""
