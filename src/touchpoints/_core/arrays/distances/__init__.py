"""How unlike sequences are, and which of them belong together."""
