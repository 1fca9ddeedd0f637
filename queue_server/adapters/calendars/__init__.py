"""Calendar files and clerks' own calendars."""
