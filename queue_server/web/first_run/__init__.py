"""The first set-up in the browser: pages behind a one-time link, until there is a town."""
