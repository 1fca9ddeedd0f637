"""Gathers the facts that `domain.doctor` judges. Loads only what is asked for: the house may be broken."""
