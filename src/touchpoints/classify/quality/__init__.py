"""Quality of a classifier: evaluation against labels, agreement, and unmatched events."""
