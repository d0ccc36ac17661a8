"""Several classifiers as one."""
