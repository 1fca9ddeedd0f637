"""Data that ships with the product: the service catalogue, the sample town, a file to start from. No code."""
