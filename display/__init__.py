"""The waiting-area page: static files, its template, and the browser that shows it unattended.

What lives here runs on the screen's device. It may import `queue_server.protocol` and nothing else of
the server; the server mounts `display/static` under `/static/display` and renders `display.html`.
"""
