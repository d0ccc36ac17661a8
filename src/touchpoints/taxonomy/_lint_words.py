"""Tests by words: names of channels, the company's point of view, and near duplicates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from touchpoints._core.text import fold_spaced

_WORD = re.compile(r"\w+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that add nothing to the name of a medium: "our social media channels".
_AROUND_A_CHANNEL = _set(
    "a an the our via by on in through and of channel channels marketing traffic touchpoint "
    "touchpoints contact el la los las un una unos unas nuestro nuestra nuestros nuestras por en "
    "de del via y canal canales medio medios trafico punto puntos contacto contactos"
)

# Common words, left out when two texts are compared.
_COMMON = _set(
    "a an the of to in on at by for with and or is are it that this what which who someone "
    "somebody something one el la los las un una de del al en a por para con y o es son lo que "
    "quien alguien algo se su"
)

# Business jargon for people, their behaviour and the company's plans.
_JARGON = _set(
    "lead leads prospect prospects mql upsell upselling crossselling retargeting remarketing "
    "funnel nurture nurturing kpi churn conversion conversions campaign campaigns targeting "
    "segmentation acquisition monetization monetisation reactivation winback onboarding drip "
    "blast engagement prospecto prospectos captacion embudo conversiones campana campanas "
    "fidelizacion segmentacion reactivacion"
)

# Verbs for what a company does …
_COMPANY_VERBS = _set(
    "send sends sending sent launch launches launching launched publish publishes published push "
    "pushes pushed capture captures capturing captured generate generates generated convert "
    "converts converted qualify qualifies qualified target targets targeted serve serves served "
    "issue issues issued dispatch dispatched notify notifies notified call calls called contact "
    "contacts contacted remind reminds reminded inform informs informed promote promotes promoted "
    "retain retains retained acquire acquires acquired assign assigned enviar envio envios enviado "
    "enviada enviados enviadas mandar lanzar lanzamiento lanzado lanzada captar captado captada "
    "capturar capturado generar generado convertir convertido cualificar cualificado calificar "
    "calificado impactar notificar notificado llamar llamada contactar contactado informar "
    "informado recordar promocionar retener fidelizar emitir emitido segmentar asignar asignado"
)
# … and its objects: to whom, or with what.
_COMPANY_OBJECTS = _set(
    "customer customers client clients user users patient patients shopper shoppers visitor "
    "visitors buyer buyers email emails mail mails newsletter newsletters sms promotion promotions "
    "offer offers ad ads advert adverts advertisement advertisements banner banners quote quotes "
    "invoice invoices reminder reminders notification notifications survey surveys coupon coupons "
    "voucher vouchers brochure brochures cliente clientes usuario usuarios paciente pacientes "
    "comprador compradores visitante visitantes correo correos boletin boletines promocion "
    "promociones oferta ofertas anuncio anuncios presupuesto presupuestos factura facturas "
    "recordatorio recordatorios notificacion notificaciones encuesta encuestas cupon cupones bono "
    "bonos vale vales folleto folletos publicidad"
)
# Verbs for what the person does: a label with one of these is read as the person's side.
_PERSON_VERBS = _set(
    "receive receives received receiving read reads reading open opens opened opening see sees "
    "seeing seen get gets getting got hear hears hearing answer answers answering click clicks "
    "clicking watch watches watching look looking respond responding recibir recibe recibido "
    "recibida recepcion leer lee lectura ver vista abrir apertura contestar responder respuesta "
    "escuchar oir"
)
_FIRST_PERSON = _set("we our ours nosotros nosotras nuestro nuestra nuestros nuestras")

# Names of departments, in which the word "customer" is not an object.
_DEPARTMENTS = re.compile(
    r"\b(customer (service|support|care|area)|(servicio( de atencion)?|atencion) al cliente"
    r"|area de clientes)\b"
)

_NEAR = (4, 5)  # shared words out of all; integers, because the float 0.8 * 35 exceeds 28


def words_of(text: str) -> list[str]:
    """Return the words of a text, with case and accents folded."""
    return _WORD.findall(
        fold_spaced(text).replace("_", " ").replace("cross-selling", "crossselling")
    )


def stem(word: str) -> str:
    """Return the rough stem of a word: without the ending of a plural, gerund or participle.

    Examples
    --------
    >>> [stem(word) for word in ("reviews", "reading", "prices", "price", "canales", "canal")]
    ['review', 'read', 'pric', 'pric', 'canal', 'canal']
    """
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word.removesuffix(ending)
    return word.removesuffix("s").removesuffix("e") if len(word) > 3 else word


def bare(name: str) -> frozenset[str]:
    """Return the stems of a name, without the words that add nothing to the name of a medium."""
    return frozenset(stem(word) for word in words_of(name) if word not in _AROUND_A_CHANNEL)


def business_words(label: str) -> tuple[str, ...]:
    """Return the words that show that a label is written from the company's side, or ().

    Examples
    --------
    >>> business_words("Lead captured"), business_words("Enviar oferta al cliente")
    (('lead',), ('enviar', 'oferta', 'cliente'))
    >>> business_words("Reading an email the shop sent"), business_words("Customer service call")
    ((), ())
    """
    words = words_of(_DEPARTMENTS.sub(" ", fold_spaced(label)))
    for listed in (_FIRST_PERSON, _JARGON):
        found = tuple(word for word in words if word in listed)
        if found:
            return found
    present = set(words)
    if present & _PERSON_VERBS or not present & _COMPANY_VERBS or not present & _COMPANY_OBJECTS:
        return ()
    return tuple(word for word in words if word in _COMPANY_VERBS | _COMPANY_OBJECTS)


def near_pairs(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names of each two texts with nearly the same words, in any order of words.

    Two texts are near when at least four fifths of their distinct words are in both (Jaccard
    similarity of 0.8 or more), on stems and without common words. Two near texts share one of their
    rarest words, so only texts that share a rare word are compared.
    """
    sets = {name: _content(text) for name, text in texts.items()}
    often = Counter(word for words in sets.values() for word in words)
    seen: dict[str, list[str]] = {}
    for name, words in sets.items():
        rare = sorted(words, key=lambda word: (often[word], word))[: _enough(words)]
        others = dict.fromkeys(other for word in rare for other in seen.get(word, ()))
        yield from ((other, name) for other in others if _are_near(words, sets[other]))
        for word in rare:
            seen.setdefault(word, []).append(name)


def _content(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text) if word not in _COMMON)


def _enough(words: frozenset[str]) -> int:
    """Return k such that any near text shares one of the k rarest words of this text."""
    shared, every = _NEAR
    return len(words) - -(-shared * len(words) // every) + 1 if words else 0


def _are_near(one: frozenset[str], other: frozenset[str]) -> bool:
    shared, every = _NEAR
    return every * len(one & other) >= shared * len(one | other)
