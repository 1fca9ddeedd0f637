"""What is drawn on A4: each site's day, for the hour in which nothing else works; the monthly sheet."""
