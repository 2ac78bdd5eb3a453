"""The offers of a session in French words."""

from __future__ import annotations

from matching.offer_pack import MOST, Pack, Packed
from matching.store.organisations import Offer

from . import number, offers as offer_words

NOTICES = {
    "offres-choisies": "Offres choisies : {n}.",
    "offres-aucune": "Aucune offre ouverte ne convient aux jeunes de cette séance.",
    "offre-ajoutee": "Offre ajoutée à la séance.",
    "offre-otee": "Offre retirée de la séance : elle n'y reviendra pas toute seule.",
    "offre-deplacee": "Ordre enregistré.",
}
#: How many an offer reaches, said before the first choice was counted again.
NOT_COUNTED = "Pas encore compté"
FULL = f"{MOST} offres au plus : retirez-en une pour en ajouter une autre."


def _people(count: int) -> str:
    return f"{number(count)} jeune{'s' if count > 1 else ''}"


def registered(count: int) -> str:
    return (
        f"{number(count)} inscrit{'s' if count > 1 else ''}." if count else "Personne n'est encore inscrit."
    )


def reach(each: Packed) -> str:
    """« Convient à 5 jeunes, dont 3 nouveaux »: new are those whom no offer above fits."""
    count, adds = each.row.reach, each.row.adds or 0
    if count is None:
        return NOT_COUNTED
    if not count:
        return "Ne convient à aucun des jeunes attendus"
    said = f"Convient à {_people(count)}"
    if each.row.rank == 1:
        return said
    if not adds:
        return f"{said}, à qui une offre placée plus haut convient déjà"
    if adds == count:
        return f"{said}, tous nouveaux" if count > 1 else f"{said}, nouveau"
    return f"{said}, dont {number(adds)} nouveau{'x' if adds > 1 else ''}"


def reached(pack: Pack, registered: int) -> str:
    """What the pack does, in one sentence: where more are reached than registered, residents nearby were counted."""
    if not pack.shown:
        return "Aucune offre n'est encore choisie."
    count = len(pack.running)
    offers = f"{number(count)} offre{'s' if count > 1 else ''} à présenter"
    if not pack.reached:
        return f"{offers}."
    who = " inscrits ou habitants des quartiers" if pack.reached > registered else ""
    return f"{offers} : au moins une convient à {_people(pack.reached)}{who}."


def asks(offer: Offer) -> str:
    """What the employer asks for, in one line: « CAP ou plus, permis B, BAFA »."""
    level = offer_words.asked_level(offer) if offer.level_min else None
    said = [
        f"diplôme : {level}" if level else "",
        "permis B" if offer.needs_licence else "",
        ", ".join(offer.skills or ()),
    ]
    return ", ".join(part for part in said if part) or "aucun diplôme ni permis demandé"


def where(offer: Offer) -> str:
    return offer.commune or "Lieu non précisé"
