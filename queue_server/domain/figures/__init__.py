"""What a town counts of its halls: a day's figures from its log, and what is told of many days."""
