"""The club's way in on the screen: settings, groups, candidates, an invitation answered by its link, a seat."""

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import club_invitations, club_prospects, links
from matching.store.accounts import User
from matching.store.club import Club, ClubMembership, Cohort, MembershipEvent
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency, Person
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, LinkKind, MembershipState as State
from tests.integration.test_club_entry import Scene
from tests.web.doors import account, csrf, sign_in


@pytest.fixture
def there(app, database):
    """The scene of the flows in the base of the pages, and browsers of who looks at it."""
    with database.transaction() as session:
        scene = Scene(session, seats=2)
        people = {
            name: scene.person(given_names=name, family_name="Morel")
            for name in ("Inès", "Karim", "Lina", "Paul")
        }
        session.get_one(Person, people["Paul"].id).birth_date = date(1980, 1, 1)
        other = Agency(name="Mission locale d'Abbeville", kind=AgencyKind.MISSION_LOCALE)
        session.add(other)
        session.flush()
        users = {
            "animator": session.get_one(User, scene.rachida.id),
            "chief": account(session, "supervisor", scene.house),
            "advisor": account(session, "advisor", scene.house),
            "officer": account(session, "officer"),
            "stranger": account(session, "animator", other),
            "other_chief": account(session, "supervisor", other),
        }
        found = {
            "club": scene.club.public_id, "cohort": scene.cohort.public_id,
            **{name: person.public_id for name, person in people.items()},
        }  # fmt: skip
    return {name: sign_in(app, user) for name, user in users.items()}, found


def post(client, page, path=None, **data):
    return client.post(path or page, data={"csrf_token": csrf(client, page), **data})


def row_of(database, person):
    with database.reading() as session:
        query = sa.select(ClubMembership).join(Person, Person.id == ClubMembership.person_id)
        return session.scalars(
            query.where(Person.public_id == person).order_by(ClubMembership.id.desc())
        ).first()


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_supervisor_sets_the_terms_and_the_animator_reads_them(there, database):
    browsers, found = there
    page = f"/club/reglages/{found['club']}"
    form = {
        "version": "1", "name": "Club du Nord", "zone_asked": "y", "age_under": "26", "bac_plus_most": "", "seats": "10",
        "weeks": "13", "silence_days": "10", "risk_weeks": "2", "drop_weeks": "2", "pause_days_most": "21",
    }  # fmt: skip
    wrong = post(browsers["chief"], page, **form)
    assert (
        wrong.status_code == 422 and "plus de 2 semaines" in plain(wrong.text) and 'value="26"' in wrong.text
    )
    with database.reading() as session:
        form["animators"] = str(session.scalar(sa.select(User.id).where(User.name == "Rachida Amrani")))
    assert post(browsers["chief"], page, **{**form, "drop_weeks": "4"}).status_code == 303
    stale = post(browsers["chief"], page, **{**form, "drop_weeks": "5"})
    assert stale.status_code == 409 and 'value="5"' in stale.text, "what was typed is kept"
    read = plain(browsers["animator"].get("/club/reglages").text)
    assert "Moins de 26 ans" in read and "10 jours" in read and "Modifier" not in read
    assert read.count("Non demandé") == 3
    new = {**form, "name": "Deuxième club", "drop_weeks": "4"}
    assert post(browsers["chief"], "/club/reglages/nouveau", **new).status_code == 303
    assert browsers["advisor"].get(page).status_code == browsers["animator"].get(page).status_code == 403


def test_from_a_suggestion_to_a_group_each_invited_on_their_own(there, database, monkeypatch):
    browsers, found = there
    animator = browsers["animator"]
    listed = animator.get("/club/candidats").text
    assert "Inès Morel" in listed and "Paul Morel" not in listed, "over the age"
    assert "1990" not in listed and "0639980000" not in listed, "limited fields"
    groups = animator.get("/club/candidats/groupes?metier=A").text
    assert "3 jeunes, métiers des espaces verts" in plain(groups)
    page = f"/club/groupes/nouveau?jeune={found['Inès']}&jeune={found['Karim']}"
    assert animator.get(page).text.count('name="people"') == 2
    form = {"club": found["club"], "name": "Groupe vert", "starts_on": "11/11/2013", "seats": "12", "animator": "",
            "people": [found["Inès"], found["Paul"]], "version": "0"}  # fmt: skip
    off = post(animator, page, **form)
    assert off.status_code == 422 and "pas un jour ouvré" in plain(off.text) and "Groupe vert" in off.text
    assert row_of(database, found["Inès"]) is None, "nothing half done"
    made = post(animator, page, **{**form, "starts_on": "18/11/2013"})
    said = plain(made.text)
    assert (
        made.status_code == 200
        and "Laissé de côté" in said
        and "âge limite" in said
        and "dix minutes" in said
    )
    assert row_of(database, found["Inès"]).state is State.INVITED and row_of(database, found["Paul"]) is None
    done = post(animator, "/club/candidats", "/club/candidats/invitation", club=found["club"], cohort=found["cohort"],
                people=[found["Karim"]])  # fmt: skip
    assert done.status_code == 303 and str(found["cohort"]) in done.location
    with monkeypatch.context() as patched:
        patched.setattr(club_prospects, "find", lambda *_, **__: pytest.fail("the list is kept a while"))
        still = animator.get("/club/candidats?conditions=demander").text
        assert "Lina Morel" in still and "Karim Morel" not in still, "who is invited leaves at once"
        assert "à cinq minutes près" in plain(still)
    with database.transaction() as session:
        session.scalars(sa.select(Club)).one().age_under = 20
    assert "Lina Morel" not in animator.get("/club/candidats").text, "other terms, another list"
    nobody = post(animator, "/club/candidats", "/club/candidats/invitation?niveau=4", people=[])
    assert nobody.status_code == 303 and "/club/candidats?niveau=4" in nobody.headers["Location"]
    with database.reading() as session:
        kinds = session.scalars(sa.select(OutgoingMessage.kind)).all()
        assert kinds == ["club_invited", "club_invited"]


def test_the_link_says_what_the_message_said_a_button_answers_once(there, database, app):
    browsers, found = there
    post(browsers["animator"], "/club/candidats", "/club/candidats/invitation", club=found["club"],
         cohort=found["cohort"], people=[found["Inès"], found["Karim"]])  # fmt: skip
    tokens = []
    with database.transaction() as session:
        for message in session.scalars(sa.select(OutgoingMessage).order_by(OutgoingMessage.id)):
            # Links last from the real day on, as the pages read the clock.
            _, token = links.issue(
                session, LinkKind.CLUB, at=datetime.now(UTC), membership_id=message.subject_id,
                person_id=message.person_id, message_id=message.id,
            )  # fmt: skip
            tokens.append(f"/reponse/club/{token}")
    young = app.test_client()
    before = row_of(database, found["Inès"])
    shown = [young.get(tokens[0]), young.head(tokens[0]), young.get(tokens[0])]
    assert {each.status_code for each in shown} == {200}, "robots open it as often as they like"
    assert row_of(database, found["Inès"]).version == before.version
    page = plain(shown[0].text)
    assert "Club du Nord" in page and "Rachida Amrani" in page and "12 novembre" in page
    assert not re.search(r"Inès|Morel|jeune@", page)
    assert post(young, "/mot-de-passe", tokens[0], answer="peut-être").status_code == 422
    for _ in range(2):
        assert post(young, "/mot-de-passe", tokens[0], answer="oui").status_code == 303
    assert "Vous avez dit oui" in plain(young.get(tokens[0]).text)
    assert post(young, "/mot-de-passe", tokens[0], answer="non").status_code == 409
    row = row_of(database, found["Inès"])
    assert (row.state, row.consent_on) == (State.INVITED, date(2013, 11, 4))
    group = plain(browsers["animator"].get(f"/club/groupes/{found['cohort']}").text)
    assert "D’accord le 4 novembre 2013, par le lien du message" in group
    assert post(young, tokens[1], answer="non").status_code == 303
    assert row_of(database, found["Karim"]).state is State.DECLINED
    assert young.get("/reponse/club/inconnu").status_code == 404
    with database.reading() as session:
        actions = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert [each for each in actions if each.startswith("club.")][-2:] == ["club.agreed", "club.decline"]


def test_registered_with_what_was_seen_then_full_then_the_waiting_list(there, database):
    browsers, found = there
    animator, cohort = browsers["animator"], found["cohort"]

    def enter(name, **changes):
        page = f"/club/candidats/{found[name]}/inscription"
        form = {"cohort": cohort, "availability": "libre", "consent": "y", "version": "0", **changes}
        return post(animator, page, **{key: value for key, value in form.items() if value is not None})

    silent = enter("Inès", availability="")
    assert silent.status_code == 422 and "libre à temps plein, et notez sa réponse" in plain(silent.text)
    assert "accord" in plain(enter("Inès", consent=None).text)
    assert enter("Inès").status_code == enter("Karim").status_code == 303
    again = enter("Inès")
    assert again.status_code == 409 and "déjà dans un club" in plain(again.text)
    full = enter("Lina")
    assert (
        full.status_code == 422
        and "est complet (2 places)" in plain(full.text)
        and 'value="libre"' in full.text
    )
    assert enter("Lina", act="attente").status_code == 303
    assert row_of(database, found["Lina"]).state is State.WAITING_LIST
    ines = row_of(database, found["Inès"])
    page = f"/club/groupes/{cohort}"
    left = post(
        animator, page, f"/club/{ines.public_id}/reponse", answer="non", channel="phone", version=ines.version
    )
    assert left.status_code == 303
    shown = plain(animator.get(page).text)
    assert "Inscrire Lina Morel" in shown and "c’est le tour de Lina Morel" in shown
    lina = row_of(database, found["Lina"])
    form = {"cohort": cohort, "consent": "y", "version": lina.version, "availability": "libre"}
    assert post(animator, f"/club/{lina.public_id}/inscription", **form).status_code == 303
    twice = post(animator, f"/club/{lina.public_id}/inscription", **form)
    assert twice.status_code == 409 and "Ce que vous aviez saisi" in plain(twice.text)
    late = post(
        animator, page, f"/club/{ines.public_id}/reponse", answer="oui", channel="phone", version=ines.version
    )
    assert late.status_code == 409


def test_an_answer_on_the_phone_and_another_group(there, database):
    browsers, found = there
    animator = browsers["animator"]
    post(animator, "/club/candidats", "/club/candidats/invitation", club=found["club"], cohort=found["cohort"],
         people=[found["Inès"]])  # fmt: skip
    form = {
        "club": found["club"],
        "name": "Décembre",
        "starts_on": "02/12/2013",
        "seats": "1",
        "animator": "",
        "version": "0",
    }
    post(animator, "/club/groupes/nouveau", **form)
    with database.reading() as session:
        other = session.scalars(sa.select(Cohort.public_id).where(Cohort.name == "Décembre")).one()
    page = f"/club/groupes/{found['cohort']}"
    row = row_of(database, found["Inès"])
    assert (
        post(
            animator,
            page,
            f"/club/{row.public_id}/reponse",
            answer="oui",
            channel="phone",
            version=row.version,
        ).status_code
        == 303
    )
    assert "par téléphone" in plain(animator.get(page).text)
    row = row_of(database, found["Inès"])
    assert post(animator, page, f"/club/{row.public_id}/groupe", cohort=other, version=0).status_code == 409
    assert (
        post(animator, page, f"/club/{row.public_id}/groupe", cohort=other, version=row.version).status_code
        == 303
    )
    assert "Inès Morel" in animator.get(f"/club/groupes/{other}").text
    edited = f"/club/groupes/{other}/modification"
    assert post(animator, edited, **{**form, "seats": "3", "version": "1"}).status_code == 303
    assert post(animator, edited, **{**form, "seats": "4", "version": "1"}).status_code == 409


def test_another_agency_gets_404_who_reads_does_not_write_and_an_officer_neither(there, database):
    browsers, found = there
    post(browsers["animator"], "/club/candidats", "/club/candidats/invitation", club=found["club"],
         cohort=found["cohort"], people=[found["Inès"]])  # fmt: skip
    row = row_of(database, found["Inès"])
    own = [f"/club/groupes/{found['cohort']}", f"/club/groupes/{found['cohort']}/modification",
           f"/club/{row.public_id}/inscription", f"/club/candidats/{found['Inès']}/inscription"]  # fmt: skip
    for path in own[:3]:
        assert browsers["stranger"].get(path).status_code == 404, path
    assert browsers["other_chief"].get(f"/club/reglages/{found['club']}").status_code == 404
    token = csrf(browsers["stranger"], "/compte")
    for path in (f"/club/{row.public_id}/reponse", f"/club/{row.public_id}/groupe", own[1], own[2]):
        answer = browsers["stranger"].post(
            path, data={"csrf_token": token, "answer": "non", "cohort": str(found["cohort"])}
        )
        assert answer.status_code == 404, path
    assert browsers["advisor"].get(own[0]).status_code == 200
    assert "Autre suite" not in browsers["advisor"].get(own[0]).text
    for path in own[1:]:
        assert browsers["advisor"].get(path).status_code == 403, path
    assert [browsers["officer"].get(path).status_code for path in ("/club/candidats", own[0])] == [403, 403]
    assert row_of(database, found["Inès"]).version == row.version
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(MembershipEvent)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Club)) == 1
    assert club_invitations.said(row) is None
