"""Commands in commit order, timers, and who listens: what happens while the hall is open."""
