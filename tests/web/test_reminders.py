"""« Relancer » and « appel sans réponse » on the sheet: what was tried is shown, a message leaves once a day."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.messages import OutgoingMessage
from matching.store.people import Person
from matching.vocabulary import ProposalState as State
from tests.markup import check_markup
from tests.web import doors
from tests.web.examining import Scene


@pytest.fixture
def scene(app, database):
    return Scene(app, database)


def asked(scene, **person):
    """The first candidate was asked on Friday 25 October."""
    with scene.database.transaction() as session:
        row = scene.proposals[0]
        session.execute(
            sa.update(type(row)).where(type(row).id == row.id)
            .values(state=State.PERSON_ASKED, asked_on=date(2013, 10, 25), version=row.version)
        )  # fmt: skip
        session.execute(sa.update(Person).where(Person.id == row.person_id).values(**person))
    return (
        f"/offres/{scene.offer.public_id}/propositions/{row.public_id}",
        f"/propositions/{row.public_id}/relance",
    )


def press(scene, remind, client=None):
    client = client or scene.client
    return client.post(remind, data={"csrf_token": doors.csrf(client, "/compte")})


def queued(scene):
    with scene.database.reading() as session:
        return [
            (row.kind, row.address, row.sender_id)
            for row in session.scalars(sa.select(OutgoingMessage).where(OutgoingMessage.kind.like("remind%")))
        ]


def test_a_person_is_reminded_by_hand_once_a_day(scene):
    sheet, remind = asked(scene, email="ines@exemple.fr", contact_agreed=True)
    page = scene.client.get(sheet).text
    check_markup(page)
    assert "En attente depuis le 25 octobre" in page and "Relancer la personne" in page
    answer = press(scene, remind)
    assert answer.status_code == 303
    page = scene.client.get(answer.headers["Location"]).text
    assert "La relance part dans" in page and "Relance le 4 novembre" in page
    assert "Relancer la personne" not in page  # once a day
    assert press(scene, remind).status_code == 422
    assert queued(scene) == [("remind_person", "ines@exemple.fr", scene.advisor.id)]
    assert scene.events(subject_kind="proposal")[-1][0] == "proposal.remind"


def test_who_cannot_be_written_to_is_called(scene):
    sheet, remind = asked(scene, email=None)
    page = scene.client.get(sheet).text
    assert "Aucun courriel possible" in page and "Relancer la personne" not in page
    assert press(scene, remind).status_code == 422 and queued(scene) == []
    answer = scene.decide(1, "called")
    assert answer.status_code == 303 and scene[1].state is State.PERSON_ASKED
    page = scene.client.get(answer.headers["Location"]).text
    assert "appel sans réponse noté" in page and "Appel sans réponse le 4 novembre" in page
    assert scene[1].called_on == date(2013, 11, 4)


def test_nobody_is_reminded_of_what_waits_for_nobody_and_none_of_another_agency(scene, app, database):
    _, remind = asked(scene, email="ines@exemple.fr", contact_agreed=True)
    other = f"/propositions/{scene.proposals[1].public_id}/relance"
    assert press(scene, other).status_code == 422  # to be examined still
    with database.transaction() as session:
        stranger = doors.account(session, agency=doors.an_agency(session, "Abbeville"))
    assert press(scene, remind, doors.sign_in(app, stranger)).status_code == 404
    assert queued(scene) == []
