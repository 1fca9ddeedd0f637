"""Mirrors `queue_server.domain`: nothing runs here but the code itself."""
