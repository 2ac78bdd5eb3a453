"""A message as people read it: plain text and simple HTML of the same words, and the text that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from matching.vocabulary import LinkKind

from ..typography import french
from ..wording.letters import LINK_KEPT


@dataclass(frozen=True, slots=True)
class Link:
    """Where the one button leads. `kind` None: a page for who has an account; else a token ends the path."""

    path: str
    kind: LinkKind | None = None
    #: What the token opens: proposal_id, offer_id… of an access link.
    subject: dict[str, int] = field(default_factory=dict)
    #: An invitation has a token of its own.
    invitation_id: int | None = None

    @property
    def personal(self) -> bool:
        return self.kind is not None or self.invitation_id is not None


@dataclass(frozen=True, slots=True)
class Built:
    """What a builder found: the facts that its words need, and where its button leads."""

    words: str
    facts: dict[str, Any]
    link: Link | None = None


class Moot(Exception):
    """What a message is about has moved: it has nothing to say any more. `code` says why."""

    def __init__(self, code: str = "moved") -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready but for its envelope."""

    subject: str
    paragraphs: tuple[str, ...]
    signature: tuple[str, ...]
    action: str | None = None
    link: Link | None = None
    #: None: nobody reads what is answered.
    reply_to: str | None = None
    sender: str | None = None
    automatic: bool = False

    def text(self, url: str | None = None) -> str:
        """The plain text; a link that only its reader may have is said in words unless it is given."""
        lines = [french(paragraph) for paragraph in self.paragraphs]
        if self.action and self.link:
            lines.append(f"{french(self.action + ' :')}\n{url or LINK_KEPT}")
        lines.append("\n".join(map(french, self.signature)))
        return "\n\n".join(lines) + "\n"

    def html(self, url: str | None = None) -> str:
        made: str = _template().render(letter=self, url=url, kept=LINK_KEPT)
        return made


@cache
def _template() -> Any:
    world = Environment(
        loader=PackageLoader("web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    world.filters["french"] = french
    return world.get_template("mail/letter.html")
