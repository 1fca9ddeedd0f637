"""A day in the hall on virtual time, lived through by the rules that the hall itself follows."""
