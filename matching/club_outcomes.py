"""How the club ends for somebody, one list for the exit and for the situation asked again later (workflow.md iv).

Programmes.md c adds some to those of workflow.md: aided contracts by their own name, interim work, health, still
searching. « Lasting » is a permanent contract or six months and more, the line of the public employment service.
"""

from __future__ import annotations

#: In the order in which they are offered.
OUTCOMES = (
    "lasting_job",
    "emploi_franc",
    "emploi_avenir",
    "other_aided",
    "short_job",
    "interim",
    "apprenticeship",
    "training",
    "civic_service",
    "business",
    "continues",
    "dropped_out",
    "moved",
    "health",
    "unknown",
)
#: In work, whatever the contract.
EMPLOYED = frozenset(
    {
        "lasting_job",
        "emploi_franc",
        "emploi_avenir",
        "other_aided",
        "short_job",
        "interim",
        "apprenticeship",
        "business",
    }
)
#: In work for six months and more.
LASTING = frozenset({"lasting_job", "emploi_franc", "emploi_avenir", "apprenticeship", "business"})
#: Better off than at the door, in work or on the way to it.
POSITIVE = EMPLOYED | {"training", "civic_service"}
#: Said with a word of why.
EXPLAINED = frozenset({"dropped_out", "health"})
