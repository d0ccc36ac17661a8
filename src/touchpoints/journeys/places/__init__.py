"""Places in journeys: touchpoints, patterns, anchors, and the stretch between two of them."""
