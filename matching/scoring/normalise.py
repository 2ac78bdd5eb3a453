"""Job titles as people write them, brought to the words that say the occupation.

Masculine, feminine and both forms come to the same words; accents, case, (H/F), contract words, places and digits go.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Longer titles are cut: no occupation takes more, and nothing costs more (security.md I5).
LONGEST = 200

_BRACKETS = re.compile(r"\((?:[^()]{0,30})\)")
_GENDER = re.compile(r"\b[hfm] ?/ ?[hfm](?: ?/ ?[hfmxd])?\b|\bh-f\b|\bf-h\b")
_INCLUSIVE = re.compile(r"(?<=[a-z])[.·•‧\-](?:e|ne|se|rice|trice|euse|ere|iere|le|ve)s?\b")
_WORD = re.compile(r"[a-z0-9+#]+")

#: Whole phrases that say nothing of the occupation.
_PHRASES = re.compile(
    r"\b(?:temps (?:plein|partiel|complet)|mi-temps|contrat (?:de travail|aide|unique)|emplois? d.?avenir"
    r"|emplois? francs?|service civique|job d.?ete|poste a pourvoir|a pourvoir|des que possible"
    r"|debutants? acceptes?|avec ou sans experience"
    r"|nous recherchons|on recherche|recherchons|recherche|recrutons|recrute|cherche|embauche|amiens metropole"
    r"|hauts de france)\b"
)

#: Words that say nothing of the occupation: grammar, contract, urgency, places.
STOP = frozenset(
    re.findall(
        r"\w+",
        """
    a au aux avec d de des du en et l la le les ou par pour sans sous sur un une son sa ses dans chez type
    metier emploi emplois poste postes profil offre cdi cdd interim interimaire mission urgent urgence
    saisonnier saisonniere saison temporaire renfort stage alternance apprentissage contrat avenir franc
    francs confirme confirmee debutant debutante experimente experimentee motive motivee serieux serieuse
    junior senior hf fh h f mois heures semaine nuit jour jours matin soir week end weekend plein partiel
    complet temps amiens somme picardie oise aisne etouvie longueau camon rivery boves glisy poulainville
    saleux salouel dury pont metz dreuil cagny allonville bertangles saveuse vers selles sains amienois
    quartier nord zus qpv france hauts region proximite secteur
    """,
    )
)

_SHORT = {
    "resp": "responsable", "tech": "technicien", "techn": "technicien", "aux": "auxiliaire", "ass": "assistant",
    "asst": "assistant", "assist": "assistant", "adj": "adjoint", "admin": "administratif", "adm": "administratif",
    "secr": "secretaire", "sec": "secretaire", "compta": "comptable", "dev": "developpeur", "agt": "agent",
    "anim": "animateur", "educ": "educateur", "edu": "educateur", "manut": "manutentionnaire", "prep": "preparateur",
    "cde": "commande", "cdes": "commandes", "elec": "electricien", "meca": "mecanicien", "menuis": "menuisier",
    "pl": "poids lourd", "spl": "super poids lourd", "vl": "vehicule leger", "rh": "ressources humaines",
    "cial": "commercial", "com": "communication", "info": "informatique", "maint": "maintenance", "ent": "entretien",
    "esp": "espaces", "ev": "espaces verts", "vte": "vente",
    "mag": "magasinier", "log": "logistique", "dir": "directeur",
    "ing": "ingenieur", "prof": "professeur", "vae": "", "atsem": "agent territorial specialise ecoles maternelles",
    "avs": "auxiliaire vie sociale",
    "aesh": "accompagnant eleves situation handicap",
    "aes": "accompagnant educatif social",
    "asvp": "agent surveillance voie publique", "ash": "agent service hospitalier", "ide": "infirmier",
    "ssiap": "agent securite incendie", "caces": "cariste", "bafa": "animateur", "bpjeps": "animateur",
    "maitre nageur": "maitre nageur", "mns": "maitre nageur sauveteur", "vrp": "commercial", "btp": "batiment",
}  # fmt: skip

#: Feminine endings and the masculine ones they answer, longest first.
_ENDINGS = (
    ("trices", "teur"), ("trice", "teur"), ("euses", "eur"), ("euse", "eur"), ("ieres", "ier"), ("iere", "ier"),
    ("iennes", "ien"), ("ienne", "ien"), ("onnes", "on"), ("onne", "on"), ("elles", "el"), ("elle", "el"),
    ("ives", "if"), ("ive", "if"), ("antes", "ant"), ("ante", "ant"), ("entes", "ent"), ("ente", "ent"),
    ("gere", "ger"), ("chere", "cher"), ("agere", "ager"), ("ales", "al"), ("ale", "al"), ("aine", "ain"),
    ("ointe", "oint"), ("euves", "euf"), ("ees", "e"), ("ee", "e"), ("eaux", "eau"), ("aux", "al"),
)  # fmt: skip
#: Words that the endings would spoil.
_KEPT = frozenset(
    re.findall(
        r"\w+",
        """
    vente ventes plante plantes sante tente travaux animaux locaux eaux maternelle maternelles salle
    vaisselle piscine cuisine soupe garde gardes seconde verte vertes poste plante ambulante ambulance pente
    rente personnelle semelle dentelle ficelle chandelle poubelle nacelle tutelle domaine semaine
    """,
    )
)


def bare(text: str) -> str:
    """Lower case without accents; ligatures in two letters."""
    lowered = text[:LONGEST].lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(
        letter for letter in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(letter)
    )


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """One form for masculine, feminine and plural."""
    if word in _KEPT or len(word) < 5:
        return word
    for feminine, masculine in _ENDINGS:
        if word.endswith(feminine) and len(word) - len(feminine) >= 2:
            return word[: len(word) - len(feminine)] + masculine
    if word.endswith(("s", "x")) and not word.endswith(("ss", "us", "is")):
        return stem(word[:-1])
    return word


def words(title: str) -> list[str]:
    """The stems that say the occupation, each once, in the order written."""
    said = _BRACKETS.sub(_inside, bare(title))
    said = _GENDER.sub(" ", said)
    said = _INCLUSIVE.sub("", said)
    said = _PHRASES.sub(" ", said)
    found: dict[str, None] = {}
    for token in _WORD.findall(said):
        for word in _SHORT.get(token, token).split():
            if word not in STOP and not word.isdigit() and not (len(word) == 1 and word != "c"):
                found.setdefault(stem(word))
    return list(found)


def _inside(brackets: re.Match[str]) -> str:
    """(H/F) and word endings go; what else stands in brackets is part of the title."""
    inside = brackets.group()[1:-1]
    return " " if len(inside) <= 5 or _GENDER.search(inside) else f" {inside} "


def normalise(title: str) -> str:
    """The words in the order written: the key of the label cache."""
    return " ".join(words(title))
