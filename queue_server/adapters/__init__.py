"""What leaves the process: database, files, mail, calendars, speech. No rules of the hall."""
