"""The classifier contract: events, answers, the protocol and explanations."""
