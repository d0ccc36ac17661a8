"""What several questions about paths share."""
