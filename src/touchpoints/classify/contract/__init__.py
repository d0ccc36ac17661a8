"""What a classifier is and what it can answer: all that reading a log needs."""
