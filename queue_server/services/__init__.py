"""Use cases, one module for each actor. They decide with the domain and write through a unit of work."""
