"""One examination as its pages show it: gathered from `matching.review`, said by `web.wording.proposals`.

A script (header X-Fragment) gets parts of the page, each with the id of what it replaces; else whole pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import (
    agenda,
    clock,
    hand_overs,
    message_queries,
    offer_aid,
    outbox,
    reminders,
    review,
    review_acts,
)
from matching.errors import NotFound
from matching.proposals import TRANSITIONS, ProposalAction as Action
from matching.review import Queued, Sheet
from matching.review_acts import Seen
from matching.store import scope
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import ProposalState as State, Verdict

from . import errors, handed
from .db import book, reading, today, transaction
from .forms.proposals import DecisionForm
from .security import actor
from .wording import (
    candidates,
    conditions,
    explained,
    messages as message_words,
    offers as offer_words,
    parts as part_words,
    proposals as words,
    reasons as reason_words,
    silence as silence_words,
)


@dataclass(frozen=True, slots=True)
class Panel:
    """The questions of a decision: their page, and the dialog that stands for it."""

    action: Action
    dialog: str
    verb: str
    title: str


PANELS = {
    "ecart": Panel(Action.REJECT, "ecarter", "Écarter", "Écarter {name} de cette offre"),
    "contact": Panel(Action.CONTACT, "contacter", "Noter le contact", "Contacter {name}"),
    "report": Panel(Action.DEFER, "reporter", "Revoir ce jour-là", "Revoir {name} plus tard"),
    "retrait": Panel(Action.CLOSE, "retirer", "Retirer la proposition", "Retirer la proposition de {name}"),
}
#: Lines of a queue that are shown at once; more of those already decided on demand.
LINES = 50
PANEL_OF = {panel.action: name for name, panel in PANELS.items()}

#: state -> the steps that its sheet asks about, in order.
FOLLOWING: Mapping[State, tuple[Action, ...]] = {
    State.PERSON_ASKED: (Action.YES, Action.NO, Action.CALLED),
    State.AGREED: (Action.SEND,),
    State.SENT: (Action.INTERVIEW, Action.SELECTED, Action.NOT_SELECTED),
    State.INTERVIEW: (Action.SELECTED, Action.NOT_SELECTED),
}
_ANSWERS = {Action.NO: words.DECLINES, Action.NOT_SELECTED: words.NOT_SELECTED}


def is_fragment() -> bool:
    return request.headers.get("X-Fragment") == "1"


def page(ref: UUID, wanted: UUID | None, *, shown: str) -> str:
    """The whole page, or the sheet alone for a script; the reading of the sheet is put on the trail."""
    with reading() as session:
        seen = _gather(session, ref, wanted)
        told = _told_of(session, seen, request.args.get("apres", ""))
        names = [] if is_fragment() else review.present(session, actor(), seen["offer"], at=clock.now())
        if not is_fragment():
            seen["reasons"] = _reasons(session)
    _note(seen)
    if is_fragment():
        return render_template("proposals/fragment.html", **seen, parts=["sheet"])
    return render_template(
        "proposals/show.html", **seen, **told, shown=shown, present=names, dialogs=_dialogs(seen)
    )


def panel(ref: UUID, name: str) -> str:
    """The page of one panel."""
    with reading() as session:
        proposal = scope.one(session, scope.proposals(actor()), MatchProposal.public_id == ref)
        seen = _gather(session, _offer_ref(session, proposal), ref)
        seen["reasons"] = _reasons(session)
    _note(seen)
    form = DecisionForm(formdata=None).named(PANELS[name].dialog, PANELS[name].action, seen["reasons"])
    _take(form, seen["sheet"])
    return render_template(
        "proposals/panel.html", **seen, panel=PANELS[name], name=name, form=form, conflict=None
    )


def after(offer: UUID, decided: UUID, action: Action) -> Response:
    """Where a decision leads: the next candidate who waits, the same one after an answer, the end of the queue."""
    stays = _stays(action)
    with reading() as session:
        if is_fragment():
            seen = _gather(session, offer, decided if stays else None, after=decided)
            seen |= _told_of(session, seen, str(decided))
        else:
            listed = _queue(session, offer)[2]
            mine = next((each for each in listed if each.proposal.public_id == decided), None)
            target = mine if stays else review.next_of(listed, mine.proposal if mine else None, on=today())
            if target is None:
                return redirect(url_for("proposals.queue", ref=offer, apres=decided), 303)
            ref = target.proposal.public_id
            return redirect(url_for("proposals.show", ref=offer, proposal=ref, apres=decided), 303)
    _note(seen)
    parts = ["sheet", "row", "count", "status", "hint"]
    return make_response(render_template("proposals/fragment.html", **seen, parts=parts))


def _stays(action: Action) -> bool:
    """Whether the advisor goes on with the same person: an examination moves on, what is noted afterwards does not."""
    decided_before = request.form.get("state") == State.APPROVED
    answers = {step for steps in FOLLOWING.values() for step in steps}
    return action in answers | {Action.UNDO, Action.CLOSE} or (action is Action.CONTACT and decided_before)


def refused(
    offer: UUID, ref: UUID, action: Action, form: DecisionForm, sentence: str, status: int
) -> Response:
    """A decision that was not taken: why, and everything that was typed."""
    name = PANEL_OF.get(action)
    try:
        with reading() as session:
            seen = _gather(session, offer, ref)
            if not is_fragment():
                seen["reasons"] = _reasons(session)
    except NotFound:  # the matcher took it back meanwhile: it has no sheet any more
        return errors.page(*words.TAKEN_BACK, 409)
    place = PANELS[name].dialog if name else "fiche"
    if is_fragment():
        parts = ["message"] if status == 422 else ["sheet", "row", "count", "message"]
        seen |= {"message": sentence, "place": place}
        return make_response(render_template("proposals/fragment.html", **seen, parts=parts), status)
    _note(seen)
    if name is not None:
        form.named(PANELS[name].dialog, action, seen["reasons"])
        _take(form, seen["sheet"])
        conflict = sentence if status == 409 or "action" in form.errors else None
        made = render_template(
            "proposals/panel.html", **seen, panel=PANELS[name], name=name, form=form, conflict=conflict
        )
        return make_response(made, status)
    if action in seen["forms"]:
        seen["forms"][action] = form.named(str(action), action, _ANSWERS.get(action))
        _take(form, seen["sheet"])
    seen |= {"message": sentence, "told": None, "undo": None, "present": [], "dialogs": _dialogs(seen)}
    return make_response(render_template("proposals/show.html", **seen, shown="sheet"), status)


def together(ref: UUID, action: Action, ticked: Mapping[UUID, Seen], form: DecisionForm) -> str:
    """The page that asks whether several decisions are meant: who, and who cannot be decided on, with the reason."""
    with reading() as session:
        offer, organisation, listed = _queue(session, ref)
        reasons = _reasons(session)
    form.named("lot", action, reasons)
    lines = []
    for each in listed:
        if (seen := ticked.get(each.proposal.public_id)) is not None:
            lines.append((each, _why_not(each, action, seen)))
    return render_template(
        "proposals/together.html",
        offer=offer,
        organisation=organisation,
        lines=lines,
        action=action,
        form=form,
        words=words,
        on=today(),
    )


# --- gathering


def _offer_ref(session: Session, proposal: MatchProposal) -> UUID:
    return scope.one(session, scope.offers(actor()), Offer.id == proposal.offer_id).public_id


def _queue(session: Session, ref: UUID) -> tuple[Offer, Organisation, list[Queued]]:
    offer, organisation = review.offer_of(session, actor(), Offer.public_id == ref)
    return offer, organisation, review.queue(session, actor(), offer, on=today())


def _gather(session: Session, ref: UUID, wanted: UUID | None, *, after: UUID | None = None) -> dict[str, Any]:
    """Everything that the queue and one sheet say. Raises NotFound for a proposal that is not in this queue."""
    on = today()
    offer, organisation, listed = _queue(session, ref)
    by_ref = {each.proposal.public_id: each for each in listed}
    if wanted is not None and wanted not in by_ref:
        raise NotFound("not-found")
    decided = by_ref.get(after) if after else None
    current = (
        by_ref[wanted] if wanted else review.next_of(listed, decided.proposal if decided else None, on=on)
    )
    sheet = review.sheet(session, actor(), current, offer, organisation, book(), on=on) if current else None
    following = None
    if current is None:
        following = next((each for each in agenda.to_examine(session, actor()) if each.offer != ref), None)
    waiting = [each for each in listed if each.waits(on)]
    decided_lines = [each for each in listed if not each.waits(on)]
    room = len(listed) if request.args.get("tout") else max(LINES - len(waiting), 0)
    return {
        "offer": offer,
        "organisation": organisation,
        "aid": words.aid(offer_aid.estimate(offer, organisation, book(), on)),
        "waiting": waiting,
        "decided": decided_lines,
        "decided_shown": decided_lines[:room] + [each for each in decided_lines[room:] if each is current],
        "listed": listed,
        "counts": review.tally(listed, on=on),
        "repeated": review.repeated_reason(listed),
        "may_edit_offer": scope.may_edit(actor(), offer),
        "current": current,
        "changed": decided or current,
        "sheet": sheet,
        "view": _view(sheet),
        "starts": _at_start(sheet),
        "before": _beside(listed, current, -1),
        "after": _beside(listed, current, 1),
        "forms": _forms(sheet, offer),
        "undoable": bool(
            current
            and review.can_undo(
                current.proposal,
                current.last.decision if current.last else None,
                actor(),
                at=clock.now(),
                left=_left(session, current),
            )
        ),
        "following": following,
        "silence": reminders.of(session, current.proposal, on=on) if current else None,
        "silence_words": silence_words,
        "mail": _mail(session, current),
        "handed": _handed(session, current, offer),
        "on": on,
        "words": words,
        "said": candidates,
        "offer_words": offer_words,
        "part_words": part_words,
        "reason_words": reason_words,
        "long_day": conditions.long_day,
        "message": None,
        "place": "fiche",
        "State": State,
        "Action": Action,
        "panels": PANELS,
    }


def _handed(session: Session, current: Queued | None, offer: Offer) -> handed.Handed | None:
    """Who has the file of who agreed to an emploi d'avenir; None before there is anything to hand over."""
    if current is None or current.proposal.state not in hand_overs.PROPOSALS:
        return None
    return handed.of(session, current.person, current.proposal, offer)


def _left(session: Session, queued: Queued) -> set[int]:
    """The last decision, when a message has told of it."""
    return outbox.have_left(session, [queued.last.decision.id]) if queued.last else set()


def _mail(session: Session, current: Queued | None) -> tuple[UUID, str] | None:
    """The last question to the person, with where it stands; None when none was written."""
    if current is None:
        return None
    found = message_queries.of_proposals(session, [current.proposal.id]).get(current.proposal.id)
    return (found.public_id, message_words.state_of(found, clock.now())) if found is not None else None


def _beside(listed: list[Queued], current: Queued | None, step: int) -> Queued | None:
    """The neighbour in the queue as it is shown: those who wait first, then those decided."""
    if current is None:
        return None
    order = [e for e in listed if e.waits(today())] + [e for e in listed if not e.waits(today())]
    at = order.index(current) + step
    return order[at] if 0 <= at < len(order) else None


def _view(sheet: Sheet | None) -> explained.RightsView | None:
    if sheet is None or sheet.right is None:
        return None
    right = sheet.right
    civility = sheet.queued.person.civility
    return explained.view(
        right.said,
        right.programme,
        today=today(),
        questions=right.asked,
        told=right.told,
        civility="M." if civility == "M" else civility,
    )


def _at_start(sheet: Sheet | None) -> str | None:
    """What the day the contract begins changes to the answer of today; None when nothing."""
    right = sheet.right if sheet else None
    if right is None or right.then is right.said.verdict or right.contract_day == today():
        return None
    then = {Verdict.YES: "ouvert", Verdict.UNKNOWN: "à vérifier", Verdict.NO: "fermé"}[right.then]
    return f"Le contrat commencerait le {conditions.long_day(right.contract_day)} : ce jour-là, le droit sera {then}."


def _forms(sheet: Sheet | None, offer: Offer) -> dict[Action, DecisionForm]:
    """Forms of the sheet itself: approval, or the answers that are waited for. What is known already is in them: the
    day that the offer begins, and that a person who said yes by their link agreed to be reached by the employer."""
    if sheet is None:
        return {}
    state = sheet.queued.proposal.state
    actions = FOLLOWING.get(state, ())
    if state in TRANSITIONS[Action.APPROVE].starts:
        actions = (Action.APPROVE,)
    made = {}
    for action in actions:
        form = DecisionForm(formdata=None).named(str(action), action, _ANSWERS.get(action))
        _take(form, sheet)
        last = sheet.queued.last
        if action is Action.SEND and last is not None:
            form.disclosed.data = last.decision.actor_id is None
        elif action is Action.SELECTED and offer.starts_on is not None and offer.starts_on >= today():
            form.starts_on.data = offer.starts_on
        made[action] = form
    return made


def _take(form: DecisionForm, sheet: Sheet | None) -> None:
    """The row as it is shown now: what the next decision will be compared with."""
    if sheet is not None:
        form.version.data, form.version.raw_data = sheet.queued.proposal.version, None
        form.state.data = str(sheet.queued.proposal.state)


def _dialogs(seen: dict[str, Any]) -> dict[str, DecisionForm]:
    """Empty forms of the dialogs, filled by the script with the candidate on the screen."""
    return {
        name: DecisionForm(formdata=None).named(each.dialog, each.action, seen["reasons"])
        for name, each in PANELS.items()
    }


def _reasons(session: Session) -> dict[str, str]:
    return {code: words.REASONS[code] for code in review.reasons_by_use(session, actor(), on=today())}


def _told_of(session: Session, seen: dict[str, Any], text: str) -> dict[str, Any]:
    """What one's last decision did, and the form that takes it back; nothing when it is somebody else's."""
    for each in seen["listed"]:
        last = each.last.decision if each.last else None
        if str(each.proposal.public_id) == text and last is not None and last.actor_id == actor().id:
            left = outbox.have_left(session, [last.id])
            able = review.can_undo(each.proposal, last, actor(), at=clock.now(), left=left)
            said = words.done(each.person, last.action, each.proposal)
            mail = message_queries.of_proposals(session, [each.proposal.id]).get(each.proposal.id)
            if last.action == Action.APPROVE and mail is not None:
                said = f"{said} {message_words.state_of(mail, clock.now())}"
            return {"told": said, "undo": each.proposal if able else None}
    return {"told": None, "undo": None}


def _note(seen: dict[str, Any]) -> None:
    current: Queued | None = seen["current"]
    with transaction() as session:
        review_acts.note_sheet_read(
            session, actor(), seen["offer"], current.person if current else None, at=clock.now()
        )


def _why_not(each: Queued, action: Action, seen: Seen) -> str | None:
    """Why a ticked line cannot be decided on with the others; the flow judges again when it writes."""
    proposal = each.proposal
    if proposal.state not in TRANSITIONS[action].starts or (proposal.version, str(proposal.state)) != (
        seen.version,
        seen.state,
    ):
        return words.since_changed(each)
    if action is Action.APPROVE and proposal.verdict == Verdict.UNKNOWN:
        return "droit à vérifier : ouvrez sa fiche pour demander les justificatifs"
    return None
