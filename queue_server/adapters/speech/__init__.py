"""Announcements as sound: rendered ahead of time by a child process, judged, kept by what they say."""
