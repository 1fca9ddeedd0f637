"""How versions of the program lie on the machine, come there, and are started again."""
