"""How long those who wait, and whoever came now, will wait: by playing the queue forward many times."""
