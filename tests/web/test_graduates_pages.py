"""Graduates on the screen: counts that filter, five employers, what is noted and taken back, the letter."""

import re

import pytest
import sqlalchemy as sa

from matching.store.campaign import ApproachEvent, PotentialApproach
from matching.store.people import Diploma
from matching.store.upkeep import AuditEvent
from matching.vocabulary import ApproachState as State, Sector
from tests import build
from tests.web.doors import account, an_agency, csrf, sign_in


@pytest.fixture
def house(app, database):
    """An advisor with a master of the zone, agreed to be contacted, and six firms that take such people on."""
    with database.transaction() as session:
        pole = an_agency(session)
        user = account(session, agency=pole)
        zone = build.zone(session)

        def graduate(name, **changes):
            facts = {
                "family_name": name,
                "name_key": name.lower(),
                "given_names": "Inès",
                "agency_id": pole.id,
            }
            person = build.person(
                session, **{**facts, "wanted_rome": "M1501", "wanted_title": "assistante RH", **changes}
            )
            session.add(Diploma(person_id=person.id, level=7, bac_plus=5, source="autre"))
            return person

        known = graduate("Zerrouki")
        build.home(session, known, zone)
        graduate("Aubry", wanted_rome="M1805", declared_quarter="amiens_nord", contact_agreed=False)
        firms = [
            build.organisation(
                session, name=f"Conseil {number}", name_key=f"conseil {number}", naf="7022Z", workforce="12",
                sector=Sector.MARKET, postcode="80000", commune="Amiens",
            ).public_id
            for number in range(7)
        ]  # fmt: skip
        refs = known.public_id, firms
    return sign_in(app, user), *refs


def at(ref, employer, step):
    return f"/diplomes/{ref}/employeurs/{employer}/{step}"


def form_of(client, ref, employer):
    """The fields of the form that notes what was done with that employer, as the page has them."""
    page = client.get(f"/diplomes/{ref}").text
    form = re.search(rf'action="{at(ref, employer, "demarche")}".*?</form>', page, re.S)[0]
    fields = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
    prefix = next(name for name in fields if name.endswith("-version")).removesuffix("version")
    return {name: value for name, value in fields.items() if not name.endswith(("-result", "-named"))}, prefix


def row_of(database, ref=None):
    with database.reading() as session:
        return session.scalars(sa.select(PotentialApproach).order_by(PotentialApproach.id.desc())).first()


def suggested(client, ref):
    """The employers of the page, in their order."""
    return re.findall(r'employeurs/([0-9a-f-]{36})/retenir"', client.get(f"/diplomes/{ref}").text)


def test_the_list_counts_and_filters_and_keeps_who_is_to_be_confirmed(house, elsewhere):
    client, ref, _ = house
    page = client.get("/diplomes").text.replace("\u00a0", " ")
    for said in (
        "Zerrouki",
        "Aubry",
        "à confirmer",
        "Support à l’entreprise (2)",
        "Bac+5 (2)",
        "Aucune démarche",
    ):
        assert said in page
    page = client.get("/diplomes?domicile=zone").text
    assert "Zerrouki" in page and "Aubry" not in page
    page = client.get("/diplomes?metier=M1805").text
    assert "Aubry" in page and "Zerrouki" not in page
    assert client.get("/diplomes?tri=-droit&niveau=rien").status_code == 200
    assert "Zerrouki" in client.get("/diplomes?format=csv").text
    assert "Employeurs à approcher" in client.get(f"/candidats/{ref}").text.replace("\u00a0", " ")
    assert "Zerrouki" not in elsewhere.get("/diplomes").text


def test_an_employer_is_kept_contacted_answered_and_taken_back(house, database):
    client, ref, _ = house
    listed = suggested(client, ref)
    assert len(listed) == 5 and row_of(database) is None, "looking writes nothing"
    token = csrf(client, f"/diplomes/{ref}")
    assert client.post(at(ref, listed[0], "retenir"), data={"csrf_token": token}).status_code == 303
    assert row_of(database).state is State.SUGGESTED and row_of(database).score > 0
    assert len(suggested(client, ref)) == 4
    again = client.post(at(ref, listed[0], "retenir"), data={"csrf_token": token})
    assert again.status_code == 409 and "noté par Claire Delmotte" in again.text.replace("\u00a0", " ")

    # A call and its answer, of an employer that nobody had kept: what is wrong is said, what was typed stays.
    fields, prefix = form_of(client, ref, listed[1])
    typed = {**fields, f"{prefix}on": "4/11/2013", f"{prefix}channel": "phone", f"{prefix}result": "refuse",
             f"{prefix}note": "Rappeler Mme Petit"}  # fmt: skip
    wrong = client.post(at(ref, listed[1], "demarche"), data=typed)
    assert (
        wrong.status_code == 422
        and "Rappeler Mme Petit" in wrong.text
        and "Choisissez un motif" in wrong.text
    )
    early = client.post(
        at(ref, listed[1], "demarche"),
        data={**typed, f"{prefix}reason": "later", f"{prefix}on": "2/1/2013"},
    )
    assert early.status_code == 422 and "Rappeler Mme Petit" in early.text
    good = {**typed, f"{prefix}reason": "later", f"{prefix}named": "y"}
    assert client.post(at(ref, listed[1], "demarche"), data=good).status_code == 303
    row = row_of(database)
    assert (row.state, row.refusal, str(row.named_on)) == (State.REFUSED, "later", "2013-11-04")
    late = client.post(at(ref, listed[1], "demarche"), data=good)
    assert late.status_code == 409 and "Rappeler Mme Petit" in late.text and "Refus" in late.text

    undone = {"csrf_token": token, "version": row.version}
    assert client.post(at(ref, listed[1], "annulation"), data=undone).status_code == 303
    assert row_of(database).state is State.CONTACTED
    assert client.post(at(ref, listed[1], "annulation"), data=undone).status_code == 409
    assert "1 employeur contacté" in client.get("/diplomes").text.replace("\u00a0", " ")


def test_an_employer_is_looked_for_by_name_and_set_aside(house, database):
    client, ref, firms = house
    left = next(each for each in map(str, firms) if each not in suggested(client, ref))
    number = [str(each) for each in firms].index(left)
    page = client.get(f"/diplomes/{ref}?q=conseil+{number}").text
    assert at(ref, left, "retenir") in page
    token = csrf(client, f"/diplomes/{ref}")
    assert client.post(at(ref, left, "ecarter"), data={"csrf_token": token}).status_code == 303
    row = row_of(database)
    assert row.state is State.SET_ASIDE and len(suggested(client, ref)) == 5
    data = {"csrf_token": token, "version": row.version}
    assert client.post(at(ref, left, "reprendre"), data=data).status_code == 303
    assert "Aucun employeur de ce nom" in client.get(f"/diplomes/{ref}?q=zzz").text


def test_a_letter_says_who_it_is_when_the_person_agreed_and_it_is_ticked(house, database):
    client, ref, firms = house
    path = at(ref, firms[0], "lettre")
    page = client.get(path).text
    model = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1]
    assert "bac+5" in model and "Zerrouki" not in model and row_of(database) is None
    token = csrf(client, path)
    # A name typed into an anonymous letter is caught, in whatever case the sheet has it.
    slipped = client.post(path, data={"csrf_token": token, "words": "Je vous présente Mme ZERROUKI."})
    assert slipped.status_code == 422 and "présente Mme ZERROUKI" in slipped.text and row_of(database) is None
    made = client.post(path, data={"csrf_token": token, "words": "Bonjour.\n\nUne personne de niveau bac+5."})
    assert made.status_code == 200 and 'class="card letter"' in made.text
    assert row_of(database).state is State.SUGGESTED and row_of(database).named_on is None
    assert "Zerrouki" in client.get(path + "?nom=oui").text.split("<textarea")[1]
    told = client.post(path, data={"csrf_token": token, "words": "Mme Zerrouki.", "named": "y"})
    assert told.status_code == 200 and row_of(database).named_on is not None
    with database.reading() as session:
        codes = session.scalars(
            sa.select(ApproachEvent.reason_code)
            .where(ApproachEvent.action == "letter")
            .order_by(ApproachEvent.id)
        ).all()
        trail = session.scalars(
            sa.select(AuditEvent.action).where(AuditEvent.action.like("approach.%"))
        ).all()
    assert codes == ["anonymous", "named"] and trail == [
        "approach.suggest",
        "approach.letter",
        "approach.letter",
    ]


def test_what_an_employer_may_be_told_has_no_name(house):
    client, _, firms = house
    page = client.get(f"/diplomes/employeurs/{firms[0]}").text.replace("\u00a0", " ")
    assert "Assistant / Assistante Ressources Humaines" in page and "quelques-uns" in page
    assert "Zerrouki" not in page and "Aubry" not in page


def test_another_agency_gets_404_and_nothing_changes(house, database, elsewhere):
    client, ref, firms = house
    token = csrf(client, f"/diplomes/{ref}")
    client.post(at(ref, firms[0], "retenir"), data={"csrf_token": token})
    other = csrf(elsewhere, "/compte")
    assert [
        elsewhere.get(path).status_code for path in (f"/diplomes/{ref}", at(ref, firms[0], "lettre"))
    ] == [404, 404]
    for step in ("retenir", "ecarter", "reprendre", "demarche", "annulation", "lettre"):
        data = {"csrf_token": other, "version": 1, "words": "Bonjour", "on": "4/11/2013"}
        assert elsewhere.post(at(ref, firms[0], step), data=data).status_code == 404
    assert row_of(database).state is State.SUGGESTED
