"""What several attribution models need."""
