"""Signing in with the town's own directory, by OpenID Connect."""
