"""The list of open offers with their standing proposals. No name is shown: nobody has signed in here."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from matching import match_results, match_runs
from matching.vocabulary import ProposalState

from .. import database as databases
from ..wording.reasons import sentence

pages = Blueprint("offers", __name__)

#: Offers a page.
PER_PAGE = 20
WHY = {"coverage": "Pour que chacun ait une proposition"}
SCHEMES = {"emploi_avenir": "Emploi d’avenir", "emploi_franc": "Emploi franc", None: "Droit commun"}
CONTRACTS = {
    "MIS": "intérim",
    "SAI": "contrat saisonnier",
    "APP": "apprentissage",
    "PRO": "contrat de professionnalisation",
}
#: What became of a proposal since it was made; those to be reviewed say nothing.
STATES = {
    ProposalState.DEFERRED: "à revoir plus tard",
    ProposalState.APPROVED: "retenue par le conseiller",
    ProposalState.PERSON_ASKED: "réponse attendue de la personne",
    ProposalState.AGREED: "la personne est d’accord",
    ProposalState.SENT: "transmise à l’employeur",
    ProposalState.INTERVIEW: "entretien prévu",
    ProposalState.SELECTED: "choisie par l’employeur",
}


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
        contracts=CONTRACTS,
        states=STATES,
        sentence=sentence,
    )
