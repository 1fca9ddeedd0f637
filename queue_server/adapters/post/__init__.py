"""What leaves for visitors: rows of the outbox, who gets them, messages, and how they travel."""
