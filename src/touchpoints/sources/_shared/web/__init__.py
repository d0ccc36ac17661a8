"""Web analytics: sessions and the persons who log in, values that may be wrong."""
