"""Error class -> status and page. A traceback never reaches the reader."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException, SecurityError

from matching import errors
from matching.vocabulary import Role

from .security import TooManyTries, current
from .wording import sentence_for
from .wording.accounts import ROLES

log = logging.getLogger("passerelle.web")

STATUS: dict[type[errors.PasserelleError], int] = {
    errors.InvalidInput: 422,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnreadableFile: 422,
    errors.Unavailable: 503,
    TooManyTries: 429,
}

TITLES = {413: "Envoi trop lourd", 429: "Trop d'essais", 503: "Service momentanément indisponible"}

#: status of werkzeug -> title, sentence
PAGES = {
    400: (
        "Demande illisible",
        "Passerelle n'a pas pu lire cette demande, ou la page était ouverte depuis trop longtemps : "
        "revenez à la page, rechargez-la et recommencez. Rien n'a été enregistré.",
    ),
    401: ("Connexion nécessaire", "Connectez-vous, puis recommencez."),
    403: ("Accès réservé", "Cette page n'est pas ouverte à votre compte."),
    404: (
        "Page introuvable",
        "Cette adresse ne mène à rien, ou à une fiche qui n'est pas de votre ressort : vérifiez-la, "
        "ou repartez de l'accueil.",
    ),
    405: (
        "Action impossible",
        "Cette adresse ne répond pas à cette action : revenez à la page précédente. Rien n'a été perdu.",
    ),
    413: (
        "Envoi trop lourd",
        "Ce qui a été envoyé dépasse la taille admise : allégez-le et recommencez. Rien n'a été enregistré.",
    ),
}


def answer(app: Flask) -> None:
    """Register one handler for each family of errors."""

    @app.errorhandler(errors.PasserelleError)
    def domain(fault: errors.PasserelleError) -> Response:
        status = next((code for kind, code in STATUS.items() if isinstance(fault, kind)), 500)
        if status == 404:  # out of one's scope or missing: the very same page (Z3)
            return page(*PAGES[404], 404)
        if fault.code == "not-your-page":
            return page(PAGES[403][0], reserved(), 403)
        response = page(TITLES.get(status, "Demande refusée"), sentence_for(fault), status)
        if status == 503:
            response.headers["Retry-After"] = "5"
        if isinstance(fault, TooManyTries):
            response.headers["Retry-After"] = str(fault.wait)
        return response

    @app.errorhandler(HTTPException)
    def http(fault: HTTPException) -> Response:
        status = fault.code or 500
        if isinstance(fault, SecurityError):  # no address can be built for a host that is not ours
            return Response(PAGES[400][1] + "\n", status=400, mimetype="text/plain")
        title, sentence = PAGES.get(
            status, ("Demande refusée", "Passerelle ne peut pas répondre à cette demande.")
        )
        return page(title, sentence, status)

    @app.errorhandler(Exception)
    def unexpected(fault: Exception) -> Response:
        # Type only: a message or a traceback may hold what a person wrote (S2).
        number = secrets.token_hex(4)
        log.error("unexpected %s, number %s", type(fault).__name__, number, exc_info=app.debug)
        sentence = (
            f"Passerelle a rencontré un défaut ; rien n'a été perdu ni enregistré à moitié. Recommencez ; si cela "
            f"se répète, donnez le numéro {number} à votre administrateur."
        )
        return page("Défaut de Passerelle", sentence, 500)


def reserved() -> str:
    """Who the page is not for, and as whom one is here."""
    signed_in = current()
    if signed_in is None:
        return PAGES[403][1]
    who = f"{signed_in.actor.name} ({ROLES[signed_in.actor.role]})"
    if signed_in.actor.role is Role.ADMIN:  # has nobody to ask
        return f"{PAGES[403][1]} Vous êtes ici en tant que {who} : l'administration ne lit aucune fiche."
    return f"{PAGES[403][1]} Vous êtes ici en tant que {who} : demandez à votre administrateur."


def page(title: str, sentence: str, status: int) -> Response:
    return make_response(render_template("error.html", title=title, sentence=sentence), status)
