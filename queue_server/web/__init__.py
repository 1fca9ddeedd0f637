"""The faces over HTTP and WebSocket: routes, pages, static files. `app.py` puts everything together."""
