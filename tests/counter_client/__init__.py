"""Tests of the clerk's page and of the Python client."""
