"""What several files of this package share."""
