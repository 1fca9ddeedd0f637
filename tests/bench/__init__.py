"""Benchmarks, each paired with a reference in the same run; `python -m tests.bench` runs them all.

A module here exposes `run(quick: bool) -> list[Row]`. What has no `run` is a helper. Nothing in this
folder is collected by pytest unless its name starts with `test_`.
"""
