"""What a journey is, where in it something is, and how to get other journeys from it."""
