"""The parts of a report: what is computed, what is said of it, and the page that shows it."""
