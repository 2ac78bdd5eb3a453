"""What is written to the organisations of the register: the text that somebody typed, and nothing added to it."""

from __future__ import annotations

from matching import outreach
from matching.store.campaign import Outreach

from .about import About
from .letter import Built, Moot


def letter(about: About) -> Built:
    """Raises Moot when the organisation asked meanwhile not to be written to."""
    row = about.session.get(Outreach, about.message.subject_id)
    if row is None or outreach.unwritten(about.session, {row.organisation_id}):
        raise Moot("not-wanted")
    said = about.message.arguments
    return Built("outreach_letter", {"subject": said["subject"], "text": said["text"]})
