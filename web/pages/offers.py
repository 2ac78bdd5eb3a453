"""The list of open offers with their standing proposals. No name is shown: nobody has signed in here."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from matching import match_results, match_runs

from .. import database as databases
from ..wording.reasons import sentence

pages = Blueprint("offers", __name__)

#: Offers a page.
PER_PAGE = 20
WHY = {
    "best": "parmi les meilleurs",
    "coverage": "pour que chacun soit proposé",
    "complement": "liste complémentaire",
}
SCHEMES = {"emploi_avenir": "Emploi d'avenir", "emploi_franc": "Emploi franc", None: "Droit commun"}


@pages.get("/")
def index() -> str:
    installation = current_app.extensions["passerelle"]
    on = databases.business_day(installation.settings, installation.database, None)
    with installation.database.reading() as session:
        listed = match_results.standing(session, on=on, seed=match_runs.SEED)
    last = max((len(listed) + PER_PAGE - 1) // PER_PAGE, 1)
    page = min(max(request.args.get("page", 1, type=int), 1), last)
    return render_template(
        "offers/index.html",
        on=on,
        offers=listed[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(listed),
        proposals=sum(len(each.proposals) for each in listed),
        page=page,
        last=last,
        why=WHY,
        schemes=SCHEMES,
        sentence=sentence,
    )
