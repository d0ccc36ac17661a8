"""Distances between sequences, alignments with a graph, and clustering."""
