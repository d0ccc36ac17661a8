"""Where in a journey something is: touchpoints, patterns, anchors, and what lies between two."""
