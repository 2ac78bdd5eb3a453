"""What has just been done, said once on the next page: ?fait=<code> in its address (nothing is stored in a cookie).

Only codes of NOTICES and whole numbers are taken from the address: nobody can make a page say what they like.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import request

from .wording import (
    accounts,
    aided,
    clauses,
    club,
    club_entry,
    employer,
    follow_up,
    graduates,
    hand_overs,
    jobs,
    messages,
    offers,
    outreach,
    own_offers,
    packs,
    people,
    personal,
    placements,
    report,
    requests,
    sessions,
    silence,
)

#: code -> sentence; {n} and other names are whole numbers given to `done`.
NOTICES: dict[str, str] = {
    **accounts.NOTICES,
    **aided.NOTICES,
    **club.NOTICES,
    **clauses.NOTICES,
    **club_entry.NOTICES,
    **employer.NOTICES,
    **follow_up.NOTICES,
    **graduates.NOTICES,
    **hand_overs.NOTICES,
    **jobs.NOTICES,
    **messages.NOTICES,
    **offers.NOTICES,
    **outreach.NOTICES,
    **own_offers.NOTICES,
    **packs.NOTICES,
    **people.NOTICES,
    **personal.NOTICES,
    **placements.NOTICES,
    **report.NOTICES,
    **requests.NOTICES,
    **sessions.NOTICES,
    **silence.NOTICES,
}

#: Largest number that a notice repeats.
LARGEST = 10_000_000


def done(url: str, code: str, **counts: int) -> str:
    """That address, where the sentence of `code` will be said. An unknown code is a KeyError: a fault of ours."""
    NOTICES[code].format(**counts)
    parts = urlsplit(url)
    said = urlencode({"fait": code, **counts})
    return urlunsplit(parts._replace(query=f"{parts.query}&{said}" if parts.query else said))


def shown() -> str | None:
    """The sentence that the address of this request asks for; None when it asks for none that we know."""
    template = NOTICES.get(request.args.get("fait", ""))
    if template is None:
        return None
    counts = {
        name: int(text)
        for name, text in request.args.items()
        if name != "fait" and text.isascii() and text.isdecimal() and len(text) <= 8 and int(text) <= LARGEST
    }
    try:
        return template.format(**counts)
    except (KeyError, IndexError):
        return None
