"""How good a classifier is: right answers, agreement, and what it does not catch."""
