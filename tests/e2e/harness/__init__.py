"""What end-to-end tests stand on: a real server process, a real browser, a real sound server.

Nothing here knows the product's pages; a road through them belongs into a test.
"""
