"""The privacy audit: is anything of erased people left, do contacts stand where none belong."""
