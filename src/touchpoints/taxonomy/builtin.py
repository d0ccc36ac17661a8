"""The five facets of every taxonomy, and the terms of directness and clinicality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.taxonomy.vocabulary import Facet, Term, by_id

DIRECTNESS = Facet(
    "directness",
    {"en": "Directness", "es": "Relación con la empresa"},
    [
        Term(
            "direct",
            {"en": "Direct", "es": "Directo"},
            {"en": ("direct touchpoint",), "es": ("directa", "punto de contacto directo")},
            definition={
                "en": "The company, or someone acting for it, deals with this very person.",
                "es": "La empresa, o quien actúa por ella, trata con esa persona en concreto.",
            },
        ),
        Term(
            "indirect",
            {"en": "Indirect", "es": "Indirecto"},
            {
                "en": ("indirect touchpoint",),
                "es": ("indirecta", "punto de contacto indirecto"),
            },
            definition={
                "en": "No direct communication: mass advertising, what others say, objects.",
                "es": "Sin comunicación directa: publicidad masiva, lo que dicen otros, objetos.",
            },
        ),
    ],
)

CLINICALITY = Facet(
    "clinicality",
    {"en": "Clinicality", "es": "Carácter clínico"},
    [
        Term(
            "clinical",
            {"en": "Clinical", "es": "Clínico"},
            {"en": ("clinical touchpoint",), "es": ("clínica", "punto de contacto clínico")},
            definition={
                "en": "It involves a direct medical service.",
                "es": "Supone un servicio médico directo.",
            },
        ),
        Term(
            "non_clinical",
            {"en": "Non-clinical", "es": "No clínico"},
            {
                "en": ("non-clinical touchpoint",),
                "es": ("no clínica", "punto de contacto no clínico"),
            },
            definition={
                "en": "Part of care without a direct medical service: booking, waiting, billing.",
                "es": "Parte de la atención sin servicio médico directo: cita, espera, factura.",
            },
        ),
        Term(
            "not_applicable",
            {"en": "Not applicable", "es": "No aplicable"},
            definition={"en": "Outside health care.", "es": "Fuera de la sanidad."},
        ),
    ],
)

FIVE = by_id(
    [
        Facet("channel", {"en": "Channel", "es": "Canal"}),
        Facet("context", {"en": "Context", "es": "Contexto"}),
        Facet("need", {"en": "Need", "es": "Necesidad"}),
        DIRECTNESS,
        CLINICALITY,
    ]
)

CLOSED = frozenset(["directness", "clinicality"])
"""The facets that cannot have further terms."""


def with_the_five(items: Mapping[str, Facet] | Iterable[Facet]) -> FrozenMap[str, Facet]:
    """Return all facets, the five first and completed with their built-in terms and labels."""
    given = by_id(items)
    five = {name: _completed(standard, given.get(name)) for name, standard in FIVE.items()}
    return FrozenMap(five | {name: given[name] for name in given if name not in five})


def _completed(standard: Facet, own: Facet | None) -> Facet:
    if own is None:
        return standard
    terms = FrozenMap({**standard.terms, **own.terms})
    labels = FrozenMap({**standard.labels, **own.labels})
    if labels == own.labels and list(terms) == list(own.terms):
        return own
    return attrs.evolve(own, labels=labels, terms=terms)
