"""The clerk's counter: the page's static files and templates, and a small Python client for call keypads.

What lives here runs on the clerk's device. It may import `queue_server.protocol` and nothing else of the
server; the server mounts `counter_client/static` under `/static/counter` and renders the templates.
"""
