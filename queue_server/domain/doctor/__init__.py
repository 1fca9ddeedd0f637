"""What may be wrong with the house, and when somebody is told: pure rules over facts that others gather."""
