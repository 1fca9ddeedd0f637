"""How long visits really take, learned from the log, and what that says of the minutes that are set up."""
