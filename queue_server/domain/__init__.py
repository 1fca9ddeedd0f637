"""The rules of the hall: facts and the time go in, facts come out. No I/O, no clock, no randomness."""
