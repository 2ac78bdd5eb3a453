"""The examination in French words: states, reasons, what a decision did, what keeps one from being taken."""

from __future__ import annotations

from datetime import date, timedelta

from matching import workdays
from matching.errors import PasserelleError
from matching.offer_aid import Lump, Monthly
from matching.proposals import ProposalAction as Action
from matching.review import Decided, Queued, Tally
from matching.review_acts import Before, Overtaken
from matching.store.matches import MatchProposal
from matching.store.people import Person, full_name as full_name
from matching.vocabulary import ProposalState as State

from . import (
    capital,
    clock_time as clock_time,
    day as full_day,
    euros,
    facts_said,
    sentence_for,
    short_day,
    weekday,
)
from .conditions import place
from .flows import author
from .rights import age_on

REASONS = {
    "not_eligible": "N'a pas droit à ce contrat",
    "not_the_wish": "Ne souhaite pas ce poste",
    "skills": "Compétence indispensable manquante",
    "mobility": "Trajet ou horaires impossibles",
    "child_care": "Garde d'enfant à régler",
    "language": "Français insuffisant pour ce poste",
    "already_in_a_path": "Déjà en emploi, en formation ou en parcours",
    "data_wrong": "Fiche inexacte, à corriger",
    "duplicate": "Fiche en double",
    "other": "Autre motif, à préciser",
}
#: The same in a tag.
SHORT = {
    "not_eligible": "droit",
    "not_the_wish": "souhait",
    "skills": "compétence",
    "mobility": "trajet",
    "child_care": "garde d'enfant",
    "language": "français",
    "already_in_a_path": "déjà en parcours",
    "data_wrong": "fiche à corriger",
    "duplicate": "doublon",
    "other": "autre motif",
}
DECLINES = {
    "not_the_wish": "Ne souhaite pas ce poste",
    "mobility": "Trop loin ou trajet impossible",
    "hours": "Horaires",
    "pay": "Salaire",
    "child_care": "Garde d'enfant",
    "found_a_job": "A trouvé un emploi",
    "in_training": "Entre en formation",
    "health": "Santé (sans détail)",
    "other": "Autre motif, à préciser",
}
NOT_SELECTED = {
    "skills": "Compétences",
    "experience": "Expérience",
    "availability": "Disponibilité",
    "did_not_come": "N'est pas venu",
    "chose_another": "Une autre personne a été choisie",
    "post_cancelled": "Le poste est supprimé",
    "other": "Autre motif, à préciser",
}
CLOSED = {
    "withdrawn_by_adviser": "retirée",
    "placed_elsewhere": "embauche ailleurs",
    "position_filled": "poste pourvu",
    "offer_withdrawn": "offre retirée",
    "left_programme": "fin du parcours",
    "moved_out_of_zone": "déménagement",
    "age_limit": "limite d'âge",
    "not_forwarded": "pas transmise à temps",
    "duplicate_merged": "doublon",
    "erased": "fiche effacée",
}
NO_ANSWER = {"no_answer": "sans réponse", "no_answer_employer": "sans réponse de l'employeur"}
#: Everything a decision can give as its reason, for lists.
ALL_REASONS = {**NOT_SELECTED, **DECLINES, **REASONS, **CLOSED, **NO_ANSWER}

CHANNELS = {"phone": "Téléphone", "sms": "SMS", "email": "Courriel", "letter": "Courrier"}
BY = {"phone": "par téléphone", "sms": "par SMS", "email": "par courriel", "letter": "par courrier"}

#: A missing fact -> the paper to bring for it.
PROOFS = {
    "residence": "Justificatif de domicile de moins de 3 mois",
    "registrations": "Avis de situation de Pôle emploi",
    "employment": "Attestation sur l'honneur : sans emploi",
    "birth_date": "Pièce d'identité",
    "diploma_level": "Copie du dernier diplôme, ou attestation de scolarité",
    "bac_plus": "Relevé des années d'études après le bac",
    "rqth": "Notification de la MDPH, si la personne en a une",
    "prescriber_waiver": "Accord du prescripteur sur la durée de recherche",
    "csp": "Attestation de contrat de sécurisation professionnelle",
    "mission_locale": "Attestation de suivi par la mission locale",
    "prescriber_diagnosis": "Diagnostic du prescripteur",
    "contract.sector": "Secteur de l'employeur, à confirmer par lui",
    "contract.kind": "Type de contrat, à confirmer par l'employeur",
    "contract.months": "Durée du contrat, à confirmer par l'employeur",
    "contract.weekly_hours": "Durée du travail, à confirmer par l'employeur",
}

#: state -> words of its tag for a woman, for a man, without knowing; kind of the tag.
STATES: dict[State, tuple[str, str, str, str]] = {
    State.APPROVED: ("Proposée, à contacter", "Proposé, à contacter", "Proposition faite", "petrol"),
    State.PERSON_ASKED: ("Réponse attendue", "Réponse attendue", "Réponse attendue", "info"),
    State.AGREED: ("D'accord, à transmettre", "D'accord, à transmettre", "D'accord, à transmettre", "petrol"),
    State.DECLINED: ("A dit non", "A dit non", "A dit non", "error"),
    State.SENT: ("Transmise à l'employeur", "Transmis à l'employeur", "Chez l'employeur", "info"),
    State.INTERVIEW: ("Entretien prévu", "Entretien prévu", "Entretien prévu", "info"),
    State.SELECTED: ("Retenue", "Retenu", "Choix de l'employeur", "ok"),
    State.NOT_SELECTED: ("Non retenue", "Non retenu", "Pas de suite", "error"),
    State.REJECTED: ("Écartée", "Écarté", "À l'écart", "error"),
    State.CLOSED: ("Proposition close", "Proposition close", "Proposition close", "plain"),
}
#: action -> what is said of it afterwards: for a woman, for a man, without knowing.
DONE: dict[str, tuple[str, str, str]] = {
    Action.APPROVE: ("{name} proposée.", "{name} proposé.", "{name} : proposition faite."),
    Action.REJECT: (
        "{name} écartée de cette offre.",
        "{name} écarté de cette offre.",
        "{name} : écart noté.",
    ),
    Action.DEFER: ("{name} : à revoir le {wake}.",) * 3,
    Action.CONTACT: (
        "{name} proposée, contact noté.",
        "{name} proposé, contact noté.",
        "{name} : contact noté.",
    ),
    Action.CALLED: ("{name} : appel sans réponse noté.",) * 3,
    Action.YES: ("{name} : accord noté.",) * 3,
    Action.NO: ("{name} : refus noté.",) * 3,
    Action.SEND: (
        "{name} transmise à l'employeur.",
        "{name} transmis à l'employeur.",
        "{name} : transmission notée.",
    ),
    Action.INTERVIEW: ("{name} : entretien noté.",) * 3,
    Action.SELECTED: (
        "{name} retenue par l'employeur.",
        "{name} retenu par l'employeur.",
        "{name} : choix noté.",
    ),
    Action.NOT_SELECTED: ("{name} non retenue.", "{name} non retenu.", "{name} : réponse notée."),
    Action.CLOSE: ("{name} : proposition retirée.",) * 3,
    Action.UNDO: ("{name} : décision annulée.",) * 3,
}
#: The same in the past of somebody else's act.
OVERTAKEN: dict[str, tuple[str, str, str]] = {
    Action.APPROVE: ("vient d'être proposée", "vient d'être proposé", "vient de recevoir une proposition"),
    Action.REJECT: ("vient d'être écartée", "vient d'être écarté", "vient de quitter la liste"),
    Action.DEFER: ("vient d'être mise de côté", "vient d'être mis de côté", "vient de passer à plus tard"),
    Action.CONTACT: ("vient d'être contactée", "vient d'être contacté", "vient de recevoir un appel"),
    Action.CALLED: (
        "vient d'être appelée en vain",
        "vient d'être appelé en vain",
        "vient de recevoir un appel",
    ),
    Action.UNDO: ("revient à examiner : décision annulée",) * 3,
}
ACTIONS = {
    Action.APPROVE: "Proposer",
    Action.REJECT: "Écarter",
    Action.DEFER: "Revoir plus tard",
    Action.CONTACT: "Contacter",
    Action.CALLED: "Appel sans réponse",
    Action.YES: "Accord de la personne",
    Action.NO: "Refus de la personne",
    Action.NO_ANSWER: "Personne sans réponse",
    Action.SEND: "Transmettre",
    Action.INTERVIEW: "Entretien",
    Action.SELECTED: "Choix de l'employeur",
    Action.NOT_SELECTED: "Refus de l'employeur",
    Action.NO_ANSWER_EMPLOYER: "Employeur sans réponse",
    Action.CLOSE: "Clore",
    Action.UNDO: "Annuler",
    Action.WAKE: "Reprendre",
}
ONE_DAY = timedelta(days=1)
#: Refusals as this page says them: no code of ours, and what to do here.
HERE_REFUSED = {
    "bad-reason": "Choisissez un motif.",
    "unknown-channel": "Choisissez un moyen de contact.",
    "bad-wake-day": "Indiquez une date après aujourd'hui, dans les {days} jours.",
    "note-needed": "Ajoutez un mot d'explication.",
    "proofs-needed": "Le droit n'est pas établi : cochez les justificatifs à demander, puis proposez.",
    "channel-missing": "La fiche n'a pas de coordonnée pour ce moyen : choisissez-en un autre.",
    "no-consent": "La personne n'a pas donné son accord pour ce moyen de contact : demandez-le d'abord.",
    "offer-not-live": "L'offre n'est plus ouverte : rien ne peut y être proposé.",
}


def wake_days(on: date) -> dict[str, str]:
    """Days to look again, near at hand and worked: tomorrow, the Monday after it, two weeks on."""
    tomorrow, monday, later = (_worked(day) for day in (on + ONE_DAY, _monday(on), on + 14 * ONE_DAY))
    days = {
        tomorrow: ("Demain, " if tomorrow == on + ONE_DAY else "Dès ") + weekday(tomorrow),
        monday: capital(weekday(monday)),
        later: f"Dans 2 semaines, {weekday(later)}",
    }
    return {day.isoformat(): said for day, said in days.items()}


def _monday(on: date) -> date:
    """The first Monday after tomorrow."""
    return on + ONE_DAY * (7 - on.weekday() if on.weekday() < 6 else 8)


def _worked(day: date) -> date:
    return day if workdays.is_working(day) else workdays.after(day, 1)


#: For a form whose hidden fields came back broken.
RELOAD = "Cette page a changé : rechargez-la, puis recommencez."


#: Title and sentence for a decision on what is in no queue any more.
TAKEN_BACK = (
    "Proposition à recalculer",
    "Cette proposition n'est plus dans la liste : une fiche ou l'offre a changé depuis, la prochaine recherche la "
    "reverra. Votre décision n'est pas enregistrée : revenez aux propositions de l'offre.",
)


def refused(fault: PasserelleError) -> str:
    """Why a decision was not taken."""
    template = HERE_REFUSED.get(fault.code)
    return template.format(**facts_said(fault.facts)) if template else sentence_for(fault)


def short_name(person: Person | Before) -> str:
    """« Karim B. »."""
    first = person.given_names.split(" ")[0] if person.given_names else ""
    return f"{first} {person.family_name[:1]}.".strip()


def _of(person: Person | Before, forms: tuple[str, ...]) -> str:
    return forms[0 if person.civility == "Mme" else 1 if person.civility in ("M", "M.") else 2]


def age(person: Person, on: date) -> str:
    return f"{age_on(person.birth_date, on)} ans" if person.birth_date else "âge inconnu"


def quarter(queued: Queued) -> str:
    """The zone of a confirmed home; else the place as declared, and that it is only declared."""
    if queued.zone:
        return queued.zone.replace("Etouvie", "Étouvie")
    declared = queued.person.declared_quarter
    if declared is None:
        return queued.person.commune or "adresse inconnue"
    return f"{place(declared)} (déclaré)"


def state_tag(queued: Queued, on: date, scheme: str | None) -> tuple[str, str] | None:
    """Words and kind of the tag of a line of the queue; none for who waits for an offer of ordinary law."""
    proposal, last = queued.proposal, queued.last
    if proposal.state is State.TO_REVIEW:
        return right_tag(proposal, on) if scheme else None
    if proposal.state is State.DEFERRED:
        return f"À revoir le {short_day(proposal.wake_on)}" if proposal.wake_on else "À revoir", "warn"
    words = _of(queued.person, STATES[proposal.state][:3])
    code = last.decision.reason_code if last else None
    if proposal.state is State.REJECTED and code in SHORT:
        words += f" : {SHORT[code]}"
    elif proposal.state is State.CLOSED and code in CLOSED:
        words = f"Close : {CLOSED[code]}"
    return words, STATES[proposal.state][3]


def right_tag(proposal: MatchProposal, on: date) -> tuple[str, str]:
    """What the proposal kept of the right; the sheet asks it anew."""
    if proposal.eligible_until is not None and proposal.eligible_until < on:
        return "Droit terminé", "error"
    return ("Éligible", "ok") if proposal.verdict == 1 else ("À vérifier", "warn")


def done(person: Person, action: str, proposal: MatchProposal) -> str:
    wake = short_day(proposal.wake_on) if proposal.wake_on else ""
    return _of(person, DONE[Action(action)]).format(name=full_name(person), wake=wake)


def overtaken(conflict: Overtaken, actor_name: str) -> str:
    """« Karim B. vient d'être proposé par Paul Lenoir à 10 h 41. »"""
    before = conflict.before
    if before.action is None or before.at is None:
        return f"La proposition de {short_name(before)} vient de changer : voici où elle en est."
    forms = OVERTAKEN.get(Action(before.action), ("vient de changer d'état",) * 3)
    by = f" par {'vous' if before.by == actor_name else before.by}" if before.by else ""
    said = f"{short_name(before)} {_of(before, forms)}{by} à {clock_time(before.at)}."
    return f"{said} Votre décision n'est pas enregistrée."


def since_changed(queued: Queued) -> str:
    """Why a ticked line is no more to be decided: « déjà décidé à 10 h 41 par Paul Lenoir »."""
    last = queued.last
    if last is None:
        return "la proposition a changé depuis"
    who = author(last.by, last.decision.party)
    by = f" par {who}" if who else ""
    verb = ACTIONS.get(Action(last.decision.action), "").lower()
    return f"déjà décidé{by} à {clock_time(last.decision.decided_at)} ({verb})"


def told(decided: Decided) -> str:
    """A line of the history: « 5 novembre : contact par téléphone, par Claire Delmotte »."""
    decision = decided.decision
    words = ACTIONS.get(Action(decision.action), decision.action)
    how = f" {BY[decision.channel]}" if decision.channel in BY else ""
    why = ALL_REASONS.get(decision.reason_code or "")
    who = author(decided.by, decision.party)
    by = f", par {who}" if who else ""
    return f"{full_day(decision.decided_on)} : {words}{how}{by}" + (f" ({why.lower()})" if why else "")


def aid(estimate: Monthly | Lump | None) -> str | None:
    """« 1 073 € par mois »: what the State may pay for the offer; None when nothing can be said."""
    match estimate:
        case Monthly():
            return f"{euros((estimate.aid_cents + 50) // 100 * 100)} par mois"
        case Lump():
            return f"{euros(estimate.total_cents)} en {len(estimate.payments)} versements"
    return None


def finished(counts: Tally) -> str:
    """« Offre terminée : 3 proposés, 5 écartés. »"""
    parts = [f"{counts.proposed} proposé{'s' if counts.proposed > 1 else ''}"]
    parts.append(f"{counts.set_aside} écarté{'s' if counts.set_aside > 1 else ''}")
    if counts.put_off:
        parts.append(f"{counts.put_off} à revoir plus tard")
    return f"Offre terminée : {', '.join(parts)}."


def ordinal(rank: int) -> str:
    return "1er" if rank == 1 else f"{rank}e"
