"""What holds in every hall: random histories, simulated days, and what the domain costs.

`tests/domain` says the rules one by one and takes under a second; here each is tried on many cases.
"""
