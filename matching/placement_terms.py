"""The closed lists of a hire: what an employer states, why a contract ends, what becomes of the person."""

from __future__ import annotations

from .store import follow_up

#: What the employer states with a date before an aid is asked for (décret 2013-549; circular VILV1319926C; the
#: commitments of an emploi d'avenir: L5134-114).
CONDITIONS: dict[str, frozenset[str]] = {
    "emplois-avenir": frozenset({"contributions_paid", "commitments_signed"}),
    "emplois-francs-2013": frozenset(
        {"contributions_paid", "no_redundancy", "not_on_payroll", "no_other_aid"}
    ),
    "emplois-francs-2018": frozenset(
        {"contributions_paid", "no_redundancy", "not_on_payroll", "no_other_aid"}
    ),
}
#: Of a programme that an installation added.
ANY_PROGRAMME = frozenset({"contributions_paid"})

#: Noted beside the steps of a contract, on days of their own; papers of the aid (milestone_…) too.
BESIDE = (
    "tutor",
    "training_planned",
    "training_followed",
    "check_in",
    "check_in_missed",
    "alert_closed",
    "agreement_first",
    "agreement_renew",
    "agreement_review",
)

EXIT_REASONS = frozenset(
    {
        "end_of_term",
        "resigned",
        "employer_ended",
        "mutual",
        "abandoned_post",
        "better_job",
        "training",
        "moved",
        "other",
    }
)
#: A contract that ended so has broken: the person looks for work again.
BROKEN = ("resigned", "employer_ended", "mutual", "abandoned_post", "other")
#: Why an employer ended it: decides what becomes of the aid (programmes.md b1).
MOTIVES = frozenset({"serious_fault", "unfitness", "economic", "other_dismissal"})
#: The categories of the DARES.
SITUATIONS = frozenset(follow_up.SITUATIONS)


def conditions_of(programme: str) -> frozenset[str]:
    """What the employer ticks before the aid of that programme is asked for."""
    return CONDITIONS.get(programme, ANY_PROGRAMME)
