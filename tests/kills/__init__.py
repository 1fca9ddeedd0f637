"""The product as a process that is killed, traced and filled; asked over HTTP and WebSocket only."""
