"""The sounds of a call: chimes, the words of each language, and the manifest that lists them.

Pure data (`static/*.wav`, `words/*.toml`, `manifest.toml`) and the code that makes it.
Nothing of the server is imported here; the server reads these files by package name.
"""
