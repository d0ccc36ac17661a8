"""The picture of a journey map: what is drawn of it, where, and how."""
