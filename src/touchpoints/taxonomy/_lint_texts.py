"""The messages of the linter in English and Spanish: the finding, and how to mend it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["en", "es"]
Severity = Literal["error", "warning", "note"]

SEVERITIES: dict[str, Severity] = {
    "TP001": "warning",
    "TP002": "warning",
    "TP003": "warning",
    "TP004": "warning",
    "TP005": "note",
    "TP006": "note",
    "TP007": "note",
    "TP008": "warning",
    "TP009": "error",
}


class Text(NamedTuple):
    """The message of a finding and its mend, with the names of the facts in braces."""

    what: str
    mend: str


# By code, with a suffix where a code has several messages.
TEXTS: dict[str, dict[Lang, Text]] = {
    "TP001": {
        "en": Text(
            what="the type has neither a need nor a context",
            mend="give it a need or a context; needs = [...] and contexts = [...] list all typical "
            "ones",
        ),
        "es": Text(
            what="no dice por qué necesidad ni en qué contexto ocurre",
            mend="indique una necesidad o un contexto; needs = [...] y contexts = [...] recogen "
            "los típicos",
        ),
    },
    "TP002": {
        "en": Text(
            what="'{text}' is a channel ({channel}), not a touchpoint",
            mend="name what the person does there, such as 'Seeing an ad' or 'Asking a question', "
            'and set channel = "{channel}"',
        ),
        "es": Text(
            what="«{text}» es un canal ({channel}), no un punto de contacto",
            mend="diga qué hace allí la persona, como «Ver un anuncio» o «Hacer una pregunta», y "
            'ponga channel = "{channel}"',
        ),
    },
    "TP003": {
        "en": Text(
            what="'{text}' is written from the company's side ({words})",
            mend="write what the person did, saw or got ('Reading an offer', not 'Offer sent')",
        ),
        "es": Text(
            what="«{text}» se cuenta desde el lado de la empresa ({words})",
            mend="cuéntelo desde el lado de la persona: qué hizo, vio u obtuvo («Lectura de una "
            "oferta», no «Oferta enviada»)",
        ),
    },
    "TP004.labels": {
        "en": Text(
            what="'{text}' is nearly the same as '{other_text}' ({other})",
            mend="merge the two, with the other name as an alias, or name the difference",
        ),
        "es": Text(
            what="«{text}» dice casi lo mismo que «{other_text}» ({other})",
            mend="haga de los dos uno solo, con el otro nombre como alias, o diga en qué se "
            "distinguen",
        ),
    },
    "TP004.definition": {
        "en": Text(
            what="the definition is nearly the same as that of {other}: '{text}'",
            mend="merge the two, or define how they differ",
        ),
        "es": Text(
            what="se define casi con las mismas palabras que {other}: «{text}»",
            mend="haga de los dos uno solo o defina en qué se distinguen",
        ),
    },
    "TP005": {
        "en": Text(
            what="no touchpoint takes place on this channel",
            mend="define what people do there (channel or channels of a type), remove the channel, "
            'or, if people only arrive by it, mark it with attributes = {{ use = "arrival" }}',
        ),
        "es": Text(
            what="ningún punto de contacto tiene lugar en este canal",
            mend="defina qué hace allí la gente (channel o channels de un tipo), quite el canal o, "
            'si solo sirve para llegar, márquelo con attributes = {{ use = "arrival" }}',
        ),
    },
    "TP006": {
        "en": Text(
            what="no touchpoint serves this need",
            mend="add it to the needs of the types that serve it, or define a type that does",
        ),
        "es": Text(
            what="ningún punto de contacto atiende esta necesidad",
            mend="añádala a needs de los tipos que la atienden o defina un tipo que lo haga",
        ),
    },
    "TP007": {
        "en": Text(
            what="at this stage there is no touchpoint in: {areas}",
            mend="check whether people meet the company there at this stage; if they do, define "
            "a type",
        ),
        "es": Text(
            what="en esta etapa no hay ningún punto de contacto en: {areas}",
            mend="vea si en esta etapa la gente trata allí con la empresa; si es así, defina un "
            "tipo",
        ),
    },
    "TP007.stage": {
        "en": Text(
            what="there is no touchpoint at this stage",
            mend="define what people do at this stage, or remove the stage",
        ),
        "es": Text(
            what="no hay ningún punto de contacto en esta etapa",
            mend="defina qué hace la gente en esta etapa o quite la etapa",
        ),
    },
    "TP008.labels": {
        "en": Text(what="no label in {langs}", mend="add labels = {{ {example} }}"),
        "es": Text(what="falta el nombre en {langs}", mend="añada labels = {{ {example} }}"),
    },
    "TP008.definition": {
        "en": Text(
            what="no definition in {langs}",
            mend="add definition = {{ {example} }}, one sentence each",
        ),
        "es": Text(
            what="falta la definición en {langs}",
            mend="añada definition = {{ {example} }}, una frase cada una",
        ),
    },
    "TP009": {
        "en": Text(
            what="{problem}",
            mend="correct the file here; until it can be read, nothing else is checked",
        ),
        "es": Text(
            what="el archivo no puede leerse: {problem}",
            mend="corrija el archivo en ese lugar; hasta que pueda leerse no se mira nada más",
        ),
    },
}


def code_of(case: str) -> str:
    """Return the code of a case such as ``"TP004.labels"``."""
    return case.partition(".")[0]
