"""Runs of the matcher for tests: the shipped rules, the starter table, the day of the demo."""

from datetime import UTC, date, datetime

from matching import match_results, match_runs
from matching.eligibility import programme
from matching.scoring.referential import Referential

BOOK = programme.load()
STARTER = Referential.starter()
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


def run(session, on=DAY, **options):
    return match_runs.run(session, BOOK, STARTER, on=on, at=AT, **options)


def standing(session, outcome=None, on=DAY):
    listed = match_results.standing(
        session, on=on, seed=match_runs.SEED, priorities=outcome and outcome.priorities
    )
    return {(each.offer, each.candidate): each for offer in listed for each in offer.proposals}
