"""The kiosk: the touch page, and the agent beside the printer.

Imports nothing of the server but `queue_server.protocol`.
"""
