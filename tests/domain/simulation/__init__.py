"""Mirrors `queue_server.domain.simulation`."""
