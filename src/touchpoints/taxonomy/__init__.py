"""Taxonomies: controlled vocabularies and touchpoint types, read from TOML files."""

from touchpoints._core.lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(
    __name__,
    """
    _keys: FACETS MISSING_KEY UNKNOWN escape_text format_key parse_key unescape_text
    crosswalks: types_by_crosswalk
    loading: available_taxonomies load_taxonomy parse_taxonomy read_taxonomy taxonomy_from_dict
    model: Taxonomy
    touchpoint: MISSING Touchpoint untyped
    vocabulary: Crosswalk Facet Term TouchpointType
    """,
)
