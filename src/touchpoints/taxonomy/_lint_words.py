"""What words give away: bare channels, the company's point of view, and names that say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from touchpoints._core.text import fold_spaced

_WORD = re.compile(r"\w+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words around the name of a medium that add nothing to it: "our social media channels".
_AROUND_A_CHANNEL = _set(
    "a an the our via by on in through and of channel channels marketing traffic touchpoint "
    "touchpoints contact el la los las un una unos unas nuestro nuestra nuestros nuestras por en "
    "de del via y canal canales medio medios trafico punto puntos contacto contactos"
)

# Words that tell nothing about whether two texts say the same.
_COMMON = _set(
    "a an the of to in on at by for with and or is are it that this what which who someone "
    "somebody something one el la los las un una de del al en a por para con y o es son lo que "
    "quien alguien algo se su"
)

# What a company calls people, their behaviour and its own plans; nobody says so of oneself.
_JARGON = _set(
    "lead leads prospect prospects mql upsell upselling crossselling retargeting remarketing "
    "funnel nurture nurturing kpi churn conversion conversions campaign campaigns targeting "
    "segmentation acquisition monetization monetisation reactivation winback onboarding drip "
    "blast engagement prospecto prospectos captacion embudo conversiones campana campanas "
    "fidelizacion segmentacion reactivacion"
)

# What a company does …
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
# … to whom or with what.
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
# What the person does: where one of these is, the label is told from their side.
_PERSON_VERBS = _set(
    "receive receives received receiving read reads reading open opens opened opening see sees "
    "seeing seen get gets getting got hear hears hearing answer answers answering click clicks "
    "clicking watch watches watching look looking respond responding recibir recibe recibido "
    "recibida recepcion leer lee lectura ver vista abrir apertura contestar responder respuesta "
    "escuchar oir"
)
_FIRST_PERSON = _set("we our ours nosotros nosotras nuestro nuestra nuestros nuestras")

# Names of departments, in which the customer is no object.
_DEPARTMENTS = re.compile(
    r"\b(customer (service|support|care|area)|(servicio( de atencion)?|atencion) al cliente"
    r"|area de clientes)\b"
)

_NEAR = (4, 5)  # shared words out of all, in whole numbers: 0.8 * 35 is more than 28


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    return _WORD.findall(
        fold_spaced(text).replace("_", " ").replace("cross-selling", "crossselling")
    )


def stem(word: str) -> str:
    """Return a word without the ending of a plural, a gerund or a participle, roughly.

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
    """Return what is left of a name of a medium, the words around it taken away."""
    return frozenset(stem(word) for word in words_of(name) if word not in _AROUND_A_CHANNEL)


def business_words(label: str) -> tuple[str, ...]:
    """Return the words by which a label is told from the company's side; none when it is not.

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
    said = set(words)
    if said & _PERSON_VERBS or not said & _COMPANY_VERBS or not said & _COMPANY_OBJECTS:
        return ()
    return tuple(word for word in words if word in _COMPANY_VERBS | _COMPANY_OBJECTS)


def near_pairs(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names of texts that say the same in nearly the same words, whatever their order.

    Two texts are near when they share four fifths of the words they have together, common words
    left out and endings cut off. A pair is found through a rare word of each, so that long lists
    need not be compared text by text.
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
    """Return how many of the rarest words two near texts must have one of in common."""
    shared, every = _NEAR
    return len(words) - -(-shared * len(words) // every) + 1 if words else 0


def _are_near(one: frozenset[str], other: frozenset[str]) -> bool:
    shared, every = _NEAR
    return every * len(one & other) >= shared * len(one | other)
