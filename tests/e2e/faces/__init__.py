"""The product's pages as a person sees them, for the tests beside this folder: what to press, what to read.

Nothing here asserts what a test is about; and nothing here reaches into the server but by its own doors.
"""
