"""The follow-up of a contract on screen: check-ins, alerts, tutor, training, suspensions, breaks; a young person's link."""

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import check_ins, links
from matching.store.follow_up import CheckIn, Suspension, Training
from matching.store.messages import AccessLink
from matching.store.people import Agency
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, CheckInKind, CheckInState, LinkKind, PlacementState
from tests import hires
from tests.counting import statements
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in
from tests.web.hiring import advisor, base_of, step, stored, token


def flat(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def ref(app, monkeypatch):
    """An emploi d'avenir under way, on 24 February 2014: its check-ins of months 1 and 3 are late."""
    with base_of(app).transaction() as session:
        made = hires.running(session, agency=an_agency(session)).public_id
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-02-24")
    return made


def rows(app, model):
    with base_of(app).reading() as session:
        return session.scalars(sa.select(model).order_by(model.id)).all()


def of_month(app, month, kind=CheckInKind.JOB):
    return next(row for row in rows(app, CheckIn) if (row.month, row.kind) == (month, kind))


def send(client, ref, path, **data):
    page = client.get(f"/placements/{ref}")
    return client.post(f"/placements/{ref}/{path}", data={"csrf_token": token(page), **data})


def held(client, ref, row, **changes):
    facts = {
        "on": "20/2/2014",
        "channel": "phone",
        "with_whom": "person",
        "still_there": "oui",
        "alert": "",
        **changes,
    }
    return send(
        client, ref, f"suivis/{row.public_id}", **{f"suivi-{row.public_id}-{k}": v for k, v in facts.items()}
    )


# --- check-ins


def test_a_check_in_is_noted_and_a_difficulty_waits_for_its_answer(app, ref):
    client = advisor(app)
    page = client.get(f"/placements/{ref}").text
    check_markup(page)
    page = flat(page)
    assert "Suivi à 3 mois" in page and "En retard" in page and "Suivi à 36 mois" in page
    assert page.count("Noter ce suivi") == 2  # months 1 and 3; those to come have no form yet
    row = of_month(app, 3)
    wrong = held(client, ref, row, still_there="")
    assert wrong.status_code == 422 and "Dites si la personne travaille toujours là" in wrong.text
    assert 'value="20/2/2014"' in wrong.text and "<title>Erreur" in wrong.text
    check_markup(wrong.text)
    early = held(client, ref, row, on="20/1/2014")
    assert early.status_code == 422 and "possible à partir du 28 janvier 2014" in flat(early.text)
    done = held(client, ref, row, alert="not_paid", note="salaire de janvier")
    assert done.status_code == 303 and done.location.endswith("fait=check-in-alert#suivi")
    page = client.get(f"/placements/{ref}").text
    assert "N’est pas payé" in page and "salaire de janvier" in page
    check_markup(page)
    again = held(client, ref, row)
    assert again.status_code == 409 and "déjà noté" in again.text
    assert "pas payé" in client.get("/echeances?type=alertes").text
    key = f"alerte-{row.public_id}"
    bare = send(client, ref, f"suivis/{row.public_id}/alerte", **{f"{key}-on": "24/2/2014"})
    assert bare.status_code == 422 and "Dites ce qui a été fait" in bare.text
    closed = send(
        client, ref, f"suivis/{row.public_id}/alerte", **{f"{key}-on": "24/2/2014", f"{key}-answer": "viré"}
    )
    assert closed.status_code == 303
    assert "pas payé" not in client.get("/echeances?type=alertes").text
    trail = [event.details for event in rows(app, AuditEvent) if event.action.startswith("check_in")]
    assert trail == [{"kind": "job", "month": 3}, {"kind": "job", "month": 3}]


def test_no_longer_there_opens_the_exit_form_and_ends_nothing(app, ref):
    client = advisor(app)
    done = held(client, ref, of_month(app, 3), still_there="non")
    assert done.status_code == 303 and "fait=check-in-gone" in done.location
    assert stored(app, ref).state is PlacementState.RUNNING
    page = client.get(done.location).text
    assert "notez maintenant la fin du contrat" in page
    assert re.search(r'<details class="card-body no-print" open id="etape-exit">', page)
    told = step(client, ref, "exit", confirm=False, on="14/2/2014", why="resigned", situation="unknown")
    assert "ne sera payée que pour les jours travaillés" in flat(told.text).replace("’", "'")
    assert step(client, ref, "exit", on="14/2/2014", why="resigned", situation="unknown").status_code == 303
    page = client.get(f"/placements/{ref}").text
    check_markup(page)
    assert "Point 6 mois après la fin" in flat(page) and "Suivi à 6 mois" not in flat(page)
    assert "ne travaille plus là" not in client.get("/echeances?type=alertes").text


def test_nobody_reached_is_said_and_may_still_be_noted(app, ref):
    client, row = advisor(app), of_month(app, 1)
    assert send(client, ref, f"suivis/{row.public_id}", sans_reponse="1").status_code == 303
    assert of_month(app, 1).state is CheckInState.MISSED
    assert held(client, ref, row).status_code == 303
    assert of_month(app, 1).state is CheckInState.HELD


def test_another_agency_finds_nothing_and_writes_nothing(app, ref):
    with base_of(app).transaction() as session:
        other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
        session.add(other)
        session.flush()
        who = account(session, "advisor", other)
    stranger, own, row = sign_in(app, who), advisor(app), of_month(app, 3)
    data = {"csrf_token": token(stranger.get("/echeances"))}
    for path in (f"suivis/{row.public_id}", f"suivis/{row.public_id}/alerte", "tuteur", "formations"):
        assert stranger.post(f"/placements/{ref}/{path}", data=data).status_code == 404
    assert "suivi à 3 mois" not in flat(stranger.get("/echeances").text)
    assert "suivi à 3 mois" in flat(own.get("/echeances").text)
    assert send(own, ref, "suivis/00000000-0000-4000-8000-000000000000").status_code == 404
    assert of_month(app, 3).state is CheckInState.PLANNED


# --- tutor, training, suspensions


def test_who_accompanies_and_the_training_are_noted_with_their_days(app, ref):
    client = advisor(app)
    assert "Mme Langlet" in client.get(f"/placements/{ref}").text
    wrong = send(client, ref, "tuteur", **{"tuteur-name": "M. Petit", "tuteur-on": "1/3/2014"})
    assert wrong.status_code == 422 and "Cette date est à venir" in wrong.text and "M. Petit" in wrong.text
    assert (
        send(client, ref, "tuteur", **{"tuteur-name": "M. Petit", "tuteur-on": "24/2/2014"}).status_code
        == 303
    )
    assert stored(app, ref).tutor == "M. Petit"
    wrong = send(client, ref, "formations", **{"formation-title": "", "formation-hours": "x"})
    assert wrong.status_code == 422 and "Dites de quelle formation" in wrong.text
    planned = {
        "formation-title": "CAP jardinier",
        "formation-hours": "420",
        "formation-planned_on": "3/3/2014",
    }
    assert send(client, ref, "formations", **planned).status_code == 303
    (made,) = rows(app, Training)
    key = f"formation-{made.public_id}"
    wrong = send(client, ref, f"formations/{made.public_id}", **{f"{key}-ended_on": "20/2/2014"})
    assert wrong.status_code == 422 and "Indiquez d’abord le jour où la formation a commencé" in wrong.text
    check_markup(wrong.text)
    good = {f"{key}-started_on": "6/1/2014", f"{key}-ended_on": "21/2/2014", f"{key}-certified": "oui"}
    assert send(client, ref, f"formations/{made.public_id}", **good).status_code == 303
    page = client.get(f"/placements/{ref}").text
    assert "Finie le 21 février 2014" in flat(page) and "Certifiée" in page
    assert all(said in page for said in ("Tuteur nommé", "Formation prévue", "Formation suivie"))
    check_markup(page)


def test_a_suspension_shows_its_days_and_refuses_those_that_do_not_fit(app, ref):
    client = advisor(app)
    wrong = step(client, ref, "suspend", on="24/2/2014", reason="maladie", until="20/2/2014")
    assert wrong.status_code == 422 and "échangez les dates" in wrong.text
    assert (
        step(client, ref, "suspend", on="10/2/2014", reason="maladie", until="21/2/2014").status_code == 303
    )
    page = flat(client.get(f"/placements/{ref}").text)
    assert "Du 10 février 2014 au 21 février 2014 : maladie" in page
    assert "retour de suspension à noter" in client.get("/echeances?type=contrats").text
    assert step(client, ref, "resume", on="24/2/2014").status_code == 303
    assert [(row.starts_on, row.ends_on) for row in rows(app, Suspension)] == [
        (date(2014, 2, 10), date(2014, 2, 23))
    ]


# --- the money of a break, and claims out of their window


def test_what_a_break_costs_is_told_before_it_is_noted(app, monkeypatch):
    with base_of(app).transaction() as session:
        made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
        ref = made.public_id
        row = session.scalar(sa.select(AidMilestone).where(AidMilestone.kind == "trial-end"))
        row.state, row.asked_on, row.paid_on = "paid", date(2014, 1, 20), date(2014, 2, 14)
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-06-02")
    client = advisor(app)
    fields = {"on": "2/6/2014", "why": "employer_ended", "motive": "economic", "situation": "unemployed"}
    told = flat(step(client, ref, "exit", confirm=False, **fields).text)
    assert "1 versement à rembourser par l’employeur, pour 2 500 €" in told
    assert "2 échéances de l’aide sont annulées, pour 2 500 €" in told
    spared = flat(step(client, ref, "exit", confirm=False, **{**fields, "motive": "serious_fault"}).text)
    assert "à rembourser" not in spared and "2 échéances de l’aide sont annulées" in spared
    assert stored(app, ref).state is PlacementState.RUNNING
    assert step(client, ref, "exit", **fields).status_code == 303
    page = flat(client.get(f"/placements/{ref}").text)
    assert "motif économique" in page and "à rembourser : 2 500 €" in page
    key = "repay/trial-end:1:to_repay"
    early = client.post(f"/placements/{ref}/echeances", data={"csrf_token": token(client.get(f"/placements/{ref}")), "lot-on": "13/2/2014", "faire": key})  # fmt: skip
    assert early.status_code == 422
    good = client.post(f"/placements/{ref}/echeances", data={"csrf_token": token(client.get(f"/placements/{ref}")), "lot-on": "2/6/2014", "faire": key})  # fmt: skip
    assert good.status_code == 303


def test_a_claim_outside_its_window_is_refused_in_words(app, monkeypatch):
    with base_of(app).transaction() as session:
        ref = hires.running(session, agency=an_agency(session), name=hires.FRANC).public_id
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-02-20")
    client = advisor(app)
    for day, sentence in (("16/1/2014", "possible à partir du 17 janvier 2014"), ("18/2/2014", "passé depuis le 17 février 2014")):  # fmt: skip
        answer = client.post(
            f"/placements/{ref}/echeances",
            data={"csrf_token": token(client.get(f"/placements/{ref}")), "lot-on": day, "faire": "receive/trial-end:1:upcoming"},
        )  # fmt: skip
        assert answer.status_code == 422 and sentence in flat(answer.text)
    with base_of(app).reading() as session:
        assert (
            session.scalar(sa.select(AidMilestone.state).where(AidMilestone.kind == "trial-end"))
            == "upcoming"
        )


def test_the_right_on_the_page_is_the_one_of_its_day_a_month_later(app, ref):
    """Acceptance case 6: what was judged is shown with its rules' version, whatever has changed since."""
    client = advisor(app)
    made = stored(app, ref)

    def shown():
        page = client.get(f"/placements/{ref}").text
        return page[page.index('aria-labelledby="droit"') : page.index('aria-labelledby="histoire"')]

    before = shown()
    assert made.snapshot["rules_digest"][:12] in before and "gardée telle quelle" in before
    with base_of(app).transaction() as session:
        person = session.get_one(hires.build.Person, made.person_id)
        person.birth_date, person.diploma_level = date(1980, 1, 1), 7
    assert shown() == before


# --- the young person's link


def link(app, month=3, kind=CheckInKind.JOB, at=None):
    row = of_month(app, month, kind)
    with base_of(app).transaction() as session:
        _, made = links.issue(
            session,
            LinkKind.CHECK_IN,
            at=at or datetime.now(UTC),
            check_in_id=row.id,
            placement_id=row.placement_id,
        )
    return f"/reponse/suivi/{made}"


def test_opening_a_link_writes_nothing_and_a_button_answers_once(app, ref):
    path, browser = link(app), app.test_client()
    with statements(base_of(app).engine) as asked:
        for _ in range(2):
            page = browser.get(path)
            assert page.status_code == 200 and browser.head(path).status_code == 200
    assert not [text for text in asked if text.startswith(("INSERT", "UPDATE", "DELETE"))]
    check_markup(page.text)
    assert "Inès" not in page.text and "Morel" not in page.text
    data = {"csrf_token": token(page), "still_there": "oui", "how": "wants_to_leave"}
    half = browser.post(path, data={**data, "how": ""})
    assert half.status_code == 422 and "Choisissez une réponse" in half.text
    assert browser.post(path, data=data).status_code == 303
    row = of_month(app, 3)
    assert (row.state, row.channel, row.with_whom, row.still_there, row.alert, row.noted_by_id) == (
        CheckInState.HELD, "link", "person", True, "wants_to_leave", None,
    )  # fmt: skip
    twice = browser.post(path, data={**data, "still_there": "non"})
    assert twice.status_code == 409 and "déjà donnée" in twice.text
    assert of_month(app, 3).still_there is True
    assert [event.action for event in rows(app, PlacementEvent)].count("check_in") == 1
    assert "Votre réponse est enregistrée" in browser.get(path).text
    assert "Veut partir" in advisor(app).get(f"/placements/{ref}").text


def test_a_young_person_who_left_is_asked_what_they_do(app, ref):
    client = advisor(app)
    step(client, ref, "exit", on="14/2/2014", why="resigned", situation="unknown")
    with base_of(app).transaction() as session:
        row = session.scalar(sa.select(CheckIn).where(CheckIn.kind == CheckInKind.EXIT))
        row.due_on = date(2014, 2, 24)
    path, browser = link(app, 6, CheckInKind.EXIT), app.test_client()
    page = browser.get(path)
    assert "Que faites-vous aujourd’hui" in page.text
    data = {"csrf_token": token(page), "situation": "training", "how": "call_back"}
    assert browser.post(path, data=data).status_code == 303
    row = of_month(app, 6, CheckInKind.EXIT)
    assert (row.situation, row.alert, row.still_there) == ("training", "call_back", None)


@pytest.mark.parametrize("change", ["unknown", "expired", "revoked", "noted"])
def test_a_link_that_opens_nothing_says_what_to_do(app, ref, change):
    path = link(app, at=datetime(2014, 1, 1, tzinfo=UTC) if change == "expired" else None)
    if change == "unknown":
        path += "x"
    elif change == "revoked":
        with base_of(app).transaction() as session:
            links.revoke(session, AccessLink.kind == LinkKind.CHECK_IN, at=datetime.now(UTC))
    elif change == "noted":
        held(advisor(app), ref, of_month(app, 3))
    page = app.test_client().get(path)
    assert page.status_code == {"unknown": 404, "noted": 200}.get(change, 410)
    assert "<form" not in page.text.split("<main")[1]
    check_markup(page.text)


def test_the_page_asks_the_same_whatever_was_followed(app, ref):
    client = advisor(app)
    client.get(f"/placements/{ref}")

    def count():
        with statements(base_of(app).engine) as asked:
            assert client.get(f"/placements/{ref}").status_code == 200
        return len(asked)

    one = count()
    with base_of(app).transaction() as session:
        made = session.scalar(sa.select(Placement).where(Placement.public_id == ref))
        for month in range(40, 60):
            session.add(
                CheckIn(placement_id=made.id, kind=CheckInKind.JOB, month=month, due_on=date(2014, 2, 1), state=CheckInState.PLANNED)
            )  # fmt: skip
            session.add(Training(placement_id=made.id, title=f"Formation {month}"))
    assert count() == one
    assert check_ins.EARLY.days == 21
