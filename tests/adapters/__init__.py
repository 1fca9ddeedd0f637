"""Mirrors `queue_server.adapters`."""
