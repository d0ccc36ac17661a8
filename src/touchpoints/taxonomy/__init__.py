"""Taxonomies: controlled vocabularies and touchpoint types, read from TOML files."""

from touchpoints.taxonomy._keys import (
    FACETS,
    MISSING_KEY,
    UNKNOWN,
    escape_text,
    format_key,
    parse_key,
    unescape_text,
)
from touchpoints.taxonomy.coverage import Coverage, coverage
from touchpoints.taxonomy.lint import Findings, lint, lint_file
from touchpoints.taxonomy.loading import (
    available_taxonomies,
    load_taxonomy,
    parse_taxonomy,
    read_taxonomy,
    taxonomy_from_dict,
)
from touchpoints.taxonomy.model import Taxonomy
from touchpoints.taxonomy.touchpoint import MISSING, Touchpoint, untyped
from touchpoints.taxonomy.vocabulary import Facet, Term, TouchpointType

__all__ = [
    "FACETS",
    "MISSING",
    "MISSING_KEY",
    "UNKNOWN",
    "Coverage",
    "Facet",
    "Findings",
    "Taxonomy",
    "Term",
    "Touchpoint",
    "TouchpointType",
    "available_taxonomies",
    "coverage",
    "escape_text",
    "format_key",
    "lint",
    "lint_file",
    "load_taxonomy",
    "parse_key",
    "parse_taxonomy",
    "read_taxonomy",
    "taxonomy_from_dict",
    "unescape_text",
    "untyped",
]
