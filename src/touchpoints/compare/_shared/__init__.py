"""What several comparisons share."""
