"""The one place that erases people, and keeps what proves it."""
