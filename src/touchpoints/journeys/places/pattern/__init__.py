"""The engine of path patterns: tokens, parser, program and matcher."""
