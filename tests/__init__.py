"""The tests: each folder mirrors a package; `e2e` walks the product in a browser, `bench` measures it."""
