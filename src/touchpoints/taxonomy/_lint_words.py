"""Tests by words: names of channels, the company's point of view, and near duplicates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

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

# Words that add nothing to a medium that is named beside them: "WhatsApp Business", "TikTok ads",
# and to a network: "our Facebook page".
_BESIDE_A_MEDIUM = _set(
    "ad ads advert adverts advertisement advertisements advertising anuncio anuncios publicidad "
    "business empresa empresas official oficial company corporate corporativo corporativa"
)
_BESIDE_A_NETWORK = _BESIDE_A_MEDIUM | _set(
    "page pagina account cuenta profile perfil platform story stories reel reels post posts "
    "historia historias publicacion publicaciones"
)
_MEDIA_AREAS = _set(
    "social video search chat display advertising audio tv radio print ooh email sms"
)

# Media that no channel of the built-in taxonomies is called, with the channel they belong to.
_MEDIA = {
    "search": "google|bing|baidu|duckduckgo|yandex|yahoo|search engines|sem|ppc|cpc|adwords",
    "social": (
        "tiktok|snapchat|threads|reddit|facebook|instagram|meta|linkedin|pinterest|twitter|"
        "x twitter|mastodon|bluesky|social networks|influencers|influencer|stories|reels"
    ),
    "video": "youtube|twitch|vimeo|tv streaming",
    "chat": (
        "whatsapp|telegram|messenger|facebook messenger|wechat|chatbot|chat bot|bot|livechat|"
        "chat online|web chat"
    ),
    "website": (
        "blog|company blog|corporate blog|blog corporativo|blog de empresa|"
        "landing page|landing|microsite|pop up|popup|web shop|webshop|online store|"
        "ecommerce|web form|mobile site|mobile website|intranet|pagina de aterrizaje|"
        "ventana emergente|formulario web|tienda online|sitio movil|pop ups|popups"
    ),
    "app": "app|mobile app|ios app|android app|la app|app movil",
    "phone": (
        "call center|contact center|telefono fijo|ivr|hotline|switchboard|phone line|landline|"
        "mobile phone|centralita|linea telefonica"
    ),
    "mail": "mail|letters|flyer|leaflet|mailshot|buzoneo|folleto|flyers",
    "store": (
        "store|stores|office|oficina|atm|cajero|escaparate|shop window|kiosk|showroom|"
        "checkout counter|mostrador|quiosco|local comercial"
    ),
    "advertising": "advert|adverts|advertisement|anuncio|publicidad digital|paid media",
    "display": "banner ads|display banners|anuncios display|retargeting ads",
    "ooh": "billboard|poster|posters|valla|valla publicitaria|cartel|carteles",
    "audio": "spotify|podcast ads|radio online",
    "ai_assistant": "voice assistant|alexa|siri|copilot|perplexity|asistente de voz",
    "tv": "tv|tv spots",
    "print": "print|printed media|print ads",
    "push": "push|web push|push messages",
    "shopping": "amazon|ebay|etsy|aliexpress|mercadolibre",
    "field_sales": "sales force|sales reps|fuerza de ventas|comerciales",
    "in_person": "offline",
    "online": "portal|portal web|customer portal|web portal",
    "review_site": "trustpilot|tripadvisor|yelp|google reviews|google my business",
    "community": "discord|slack community|foros|forums",
}

# Common words, left out when two texts are compared.
_COMMON = _set(
    "a an the of to in on at by for with and or is are it that this what which who someone "
    "somebody something one el la los las un una de del al en a por para con y o es son lo que "
    "quien alguien algo se su"
)

# Business jargon for people, their behaviour and the company's plans.
_JARGON = _set(
    "lead leads prospect prospects mql upsell upselling crossselling retargeting remarketing "
    "crosssell crosssells crosssold upsells upsold pipeline remarketed retargeted "
    "funnel nurture nurturing kpi churn conversion conversions campaign campaigns targeting "
    "segmentation acquisition monetization monetisation reactivation winback onboarding drip "
    "blast engagement prospecto prospectos captacion embudo conversiones campana campanas "
    "fidelizacion segmentacion reactivacion"
)

# What salespeople record of a deal, and what tools count of a page or a message: whole labels.
_COUNTS = {
    "tools": (
        "click|clic|impression|impresion|session|sesion|page view|pageview|pagina vista|bounce|"
        "rebote|bounce rate|tasa de rebote|hit|unique user|unique visitor|visitante unico|"
        "active user|usuario activo|time on page|open rate|tasa de apertura|click rate|ctr|nps|"
        "csat|ces|roi|mau"
    ),
    "salespeople": (
        "deal won|deal lost|deal closed|won deal|closed won|closed lost|opportunity|"
        "opportunity won|opportunity lost|opportunity created|oportunidad|oportunidad ganada|"
        "oportunidad perdida|trato ganado|negocio ganado|negocio perdido|venta cruzada|"
        "venta adicional|venta cerrada"
    ),
}
_COUNTED = frozenset(label for labels in _COUNTS.values() for label in labels.split("|"))

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
# People as subjects or objects of a sentence.
_PEOPLE = _set(
    "customer customers client clients user users patient patients shopper shoppers visitor "
    "visitors buyer buyers guest guests member members person people someone caller callers tenant "
    "passenger student cliente clientes usuario usuarios paciente pacientes comprador compradores "
    "visitante visitantes persona personas alguien huesped pasajero alumno"
)
# After a participle, these show that the person is its object: "customer notified by email".
_AFTER_A_PASSIVE = _set("by of about with via on in for at after por de sobre con en tras")
# Acts of companies that look like gerunds or infinitives of a person's act.
_COMPANY_ACTS = _set(
    "managing scoring measuring optimizing optimising running creating boosting driving increasing "
    "building segmenting prospecting automating analyzing analysing tracking planning marketing "
    "advertising branding mailing pricing spring"
)
# Acts of people, in Spanish: infinitives with which a label begins.
_PERSONS_INFINITIVES = _set(
    "comprar pedir ver leer recibir abrir contestar preguntar buscar visitar usar pagar devolver "
    "reservar elegir probar hablar asistir acudir escribir descargar apuntarse inscribirse tocar "
    "hacer consultar comparar conocer oir escuchar mirar recoger llegar esperar darse unirse "
    "compartir valorar opinar quejarse reclamar cancelar cambiar renovar suscribirse registrarse"
)
_ARTICLES = _set("a an the el la los las un una")
_NAMES = re.compile(r"\b(nuestr[ao] (senora|senor)|padre nuestro|our (lady|lord|saviour|savior))\b")
_AGENT = re.compile(r"\b(?:from|by|de|del|por) (?:the |an? |el |la |un |una )?(\w+)")
_SPLIT = re.compile(r"\b(cross|up|re)[ -](sell|sold|target|market)")

_FIRST_PERSON = _set("we our ours nosotros nosotras nuestro nuestra nuestros nuestras")

# Names of departments, in which the word "customer" is not an object.
_DEPARTMENTS = re.compile(
    r"\b(customer (service|support|care|area)|(servicio( de atencion)?|atencion) al cliente"
    r"|area de clientes)\b"
)

_NEAR = (4, 5)  # shared words out of all; integers, because the float 0.8 * 35 exceeds 28


def words_of(text: str) -> list[str]:
    """Return the words of a text, with case and accents folded."""
    return _WORD.findall(_SPLIT.sub(r"\1\2", fold_spaced(text).replace("_", " ")))


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


@cache
def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


@cache
def media() -> Mapping[frozenset[str], str]:
    """Return {words: channel} of media that no channel of the built-in taxonomies is called."""
    named = {bare(name): channel for channel, names in _MEDIA.items() for name in names.split("|")}
    return {words: channel for words, channel in named.items() if words}


def channel_of(name: str, channels: Mapping[frozenset[str], str]) -> str | None:
    """Return the channel that a name is the name of; None for any other name.

    Parameters
    ----------
    name
        The name of a type or of an event.
    channels
        The channels by the words of their names.

    Examples
    --------
    >>> email = {bare("email"): "email"}
    >>> channel_of("Our email", email), channel_of("TikTok ads", email)
    ('email', 'social')
    >>> channel_of("Reading an email", email)
    """
    words = bare(name)
    if _is_verb_and_noun(words_of(name)):
        return None
    if found := channels.get(words) or media().get(words):
        return found
    for listed, areas in ((_BESIDE_A_MEDIUM, _MEDIA_AREAS), (_BESIDE_A_NETWORK, {"social"})):
        beside = _stems(listed)
        if words.isdisjoint(beside):
            continue
        found = channels.get(words - beside) or media().get(words - beside)
        if found and found.partition(".")[0] in areas:
            return found
    return None


def _is_verb_and_noun(words: list[str]) -> bool:
    """Return whether a name begins with a gerund of a word in it: "calling the call centre"."""
    return bool(words) and words[0].endswith("ing") and stem(words[0]) in map(stem, words[1:])


def business_words(label: str) -> tuple[str, ...]:
    """Return the words that show that a label is written from the company's side, or ().

    Examples
    --------
    >>> business_words("Lead captured"), business_words("Enviar oferta al cliente")
    (('lead',), ('enviar', 'oferta', 'cliente'))
    >>> business_words("Reading an email the shop sent"), business_words("Customer service call")
    ((), ())
    """
    text = _NAMES.sub(" ", _DEPARTMENTS.sub(" ", fold_spaced(label)))
    words = words_of(text)
    if " ".join(map(_singular, words)) in _COUNTED:
        return tuple(words)
    ours = tuple(word for word in words if word in _FIRST_PERSON)
    if ours or not words or _is_persons_act(words[0]):
        return ours
    jargon = tuple(word for word in words if word in _JARGON)
    return jargon or _acts_on_people(words, text)


def _acts_on_people(words: list[str], text: str) -> tuple[str, ...]:
    """Return the words that say that the company does something to people, or ()."""
    present = set(words)
    if present & _PERSON_VERBS or not present & _COMPANY_VERBS or not present & _COMPANY_OBJECTS:
        return ()
    if _has_a_person_as_subject(words) or not _PEOPLE.isdisjoint(_AGENT.findall(text)):
        return ()
    return tuple(word for word in words if word in _COMPANY_VERBS | _COMPANY_OBJECTS)


def _singular(word: str) -> str:
    """Return a word without the ``s`` of a plural; the plurals of clic and sesion among them."""
    for plural, singular in (("iones", "ion"), ("s", "")):
        if word.endswith(plural) and len(word) > 4:
            return word.removesuffix(plural) + singular
    return word


def _is_persons_act(word: str) -> bool:
    """Return whether a label begins with what the person does: a gerund or an infinitive."""
    if word in _COMPANY_VERBS or word in _COMPANY_ACTS or word in _JARGON:
        return False
    gerund = word.endswith("ing") and len(word) > 4
    return gerund or word in _PERSON_VERBS or word in _PERSONS_INFINITIVES


def _has_a_person_as_subject(words: list[str]) -> bool:
    """Return whether a label is a sentence of what a person does: "customer calls support"."""
    said = [word for word in words if word not in _ARTICLES]
    if len(said) < 2 or said[0] not in _PEOPLE or said[1] not in _COMPANY_VERBS:
        return False
    if said[1].endswith(("ed", "ado", "ada", "ados", "adas", "sent")):
        return len(said) > 2 and said[2] not in _AFTER_A_PASSIVE
    return True


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
