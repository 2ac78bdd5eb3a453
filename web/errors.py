"""Error class -> status and page. A traceback never reaches the reader."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException, SecurityError

from matching import errors

from .wording import sentence_for

log = logging.getLogger("passerelle.web")

STATUS: dict[type[errors.PasserelleError], int] = {
    errors.InvalidInput: 422,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnreadableFile: 422,
    errors.Unavailable: 503,
}

#: status of werkzeug -> title, sentence
PAGES = {
    400: (
        "Demande illisible",
        "Le navigateur a envoyé une demande que Passerelle ne comprend pas : revenez à la page.",
    ),
    403: ("Accès réservé", "Cette page n'est pas ouverte à votre compte."),
    404: (
        "Page introuvable",
        "Cette adresse ne mène à rien : vérifiez-la, ou repartez de la liste des offres.",
    ),
    405: ("Action impossible", "Cette adresse ne répond pas à cette action : revenez à la page précédente."),
    413: ("Envoi trop lourd", "Ce qui a été envoyé dépasse la taille admise : allégez-le et recommencez."),
}


def answer(app: Flask) -> None:
    """Register one handler for each family of errors."""

    @app.errorhandler(errors.PasserelleError)
    def domain(fault: errors.PasserelleError) -> Response:
        status = next((code for kind, code in STATUS.items() if isinstance(fault, kind)), 500)
        title = "Service momentanément indisponible" if status == 503 else "Demande refusée"
        response = page(title, sentence_for(fault), status)
        if status == 503:
            response.headers["Retry-After"] = "5"
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
        log.error("unexpected %s", type(fault).__name__, exc_info=app.debug)
        return page("Défaut de Passerelle", sentence_for(fault), 500)


def page(title: str, sentence: str, status: int) -> Response:
    return make_response(render_template("error.html", title=title, sentence=sentence), status)
