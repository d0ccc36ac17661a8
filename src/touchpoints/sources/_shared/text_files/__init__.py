"""Text files with separators: how they are written, told by what they hold; their columns."""
