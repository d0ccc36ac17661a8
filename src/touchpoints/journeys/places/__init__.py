"""Places in journeys: touchpoints, patterns, anchors, and the segment between two of them."""
