"""The subcommands of `aufruf`, a module each."""
