"""Records and helpers that several analyses of paths share."""
