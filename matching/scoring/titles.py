"""Job titles to ROME occupations: an exact dictionary first, then nearest labels by pieces of words.

The dictionary holds every label under its words in any order, gender and number; a word that it does not know is
mended when one letter makes it known. What is left goes to the nearest labels (likeness.py), which alone import
scikit-learn. Measured in bench/titles.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .likeness import Likeness
from .normalise import normalise, spoken, stem, words
from .referential import Referential

#: At most so many occupations a title.
MOST = 5
#: A title that is none of the labels never scores as one that is; below the least an occupation is not worth naming.
INEXACT, LEAST = 0.99, 0.01
#: Words shorter than this are never mended: one letter makes another word of them.
MENDED = 6
#: Titles compared at once.
BLOCK = 512
#: Occupations looked at beyond the most, so that a tie at the edge is broken by the code.
SPARE = 10


@dataclass(frozen=True, slots=True)
class Match:
    """An occupation for a title; `score` in [0, 1]: 1 = the title is one of its labels."""

    rome: str
    score: float


class LabelCache:
    """Answers by normalised title, under one referential; what was loaded or found since may be stored again."""

    def __init__(
        self, referential: str, known: Mapping[str, Sequence[tuple[str, float]]] | None = None
    ) -> None:
        self.referential = referential
        self._known = {
            label: tuple(Match(*found) for found in codes) for label, codes in (known or {}).items()
        }
        self.fresh: dict[str, tuple[Match, ...]] = {}

    def get(self, label: str) -> tuple[Match, ...] | None:
        return self._known.get(label)

    def add(self, label: str, found: tuple[Match, ...]) -> None:
        self._known[label] = self.fresh[label] = found


class Coder:
    """Codes titles under one referential. Tables of its labels are built on first need: cached titles need none."""

    def __init__(self, referential: Referential, cache: LabelCache | None = None) -> None:
        self.referential = referential
        self.cache = cache or LabelCache(referential.digest)

    def code(self, titles: Sequence[str]) -> list[tuple[Match, ...]]:
        """For each title up to five occupations, best first. Equal titles are coded once; order changes nothing."""
        said = {title: normalise(title) for title in set(titles)}
        normalised = [said[title] for title in titles]
        unknown = sorted({label for label in normalised if self.cache.get(label) is None})
        for label, found in zip(unknown, self._code(unknown), strict=True):
            self.cache.add(label, found)
        return [self.cache.get(label) or () for label in normalised]

    def _code(self, labels: Sequence[str]) -> list[tuple[Match, ...]]:
        answers: list[tuple[Match, ...]] = [()] * len(labels)
        left = []
        for at, label in enumerate(labels):
            mended = self._mended(label.split())
            exact = self._dictionary.get(frozenset(mended)) if mended else None
            if exact:
                answers[at] = self._exact(exact)
            elif mended:
                # As written: a rare word mended into a common one would say something else.
                left.append((at, label))
        for (at, _), found in zip(left, self._nearest([label for _, label in left]), strict=True):
            answers[at] = found
        return answers

    @cached_property
    def _words(self) -> list[list[str]]:
        return [words(title) for title in self.referential.titles]

    @cached_property
    def _usual(self) -> list[tuple[list[str], int]]:
        return [(words(title), code) for title, code in self.referential.usual]

    @cached_property
    def _dictionary(self) -> dict[frozenset[str], Counter[int]]:
        """Words of a label, in any order -> how much each occupation is called so (first titles count double).

        A usual title counts where no label has its words: what the referential says wins.
        """
        found: dict[frozenset[str], Counter[int]] = defaultdict(Counter)
        rows = zip(self._words, self.referential.title_code, self.referential.principal, strict=True)
        for label, code, principal in rows:
            if label:
                found[frozenset(label)][code] += 2 if principal else 1
        for code, label_ in enumerate(self.referential.labels):
            if own := words(label_):
                found[frozenset(own)][code] += 3
        official = frozenset(found)
        for said, code in self._usual:
            if said and frozenset(said) not in official:
                found[frozenset(said)][code] += 1
        return found

    def _exact(self, votes: Counter[int]) -> tuple[Match, ...]:
        codes = self.referential.codes
        ranked = sorted(votes.items(), key=lambda vote: (-vote[1], codes[vote[0]]))[:MOST]
        return tuple(Match(codes[code], round(count / ranked[0][1], 4)) for code, count in ranked)

    def _leading(self, label: Sequence[str]) -> dict[int, float]:
        """The longest label that the title begins with: « poissonnier » of « poissonnier en grande surface »."""
        for size in range(len(label) - 1, 0, -1):
            if found := self._dictionary.get(frozenset(label[:size])):
                share = size / len(label) / sum(found.values())
                return {code: share * count for code, count in found.items()}
        return {}

    @cached_property
    def _stems(self) -> Counter[str]:
        """How often each word of the labels comes, in its one form."""
        return Counter(word for label in self._dictionary for word in label)

    @cached_property
    def _deletions(self) -> dict[str, list[str]]:
        """A word less one letter -> the words of the labels, as they are spelt, that it may come from."""
        referential = self.referential
        labels = (*referential.titles, *referential.labels, *(title for title, _ in referential.usual))
        spelt = {word for label in labels for word in spoken(label)} | set(self._stems)
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(spelt):
            if len(word) >= MENDED:
                for shorter in {*_less_one(word), word}:
                    found[shorter].append(word)
        return found

    def _mended(self, label: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._mend(word) for word in label))

    def _mend(self, word: str) -> str:
        """The known word at one letter (missing, added, changed, two swapped); of several the most frequent."""
        if word in self._stems or len(word) < MENDED or not word.isalpha():
            return word
        near = {known for shorter in (word, *_less_one(word)) for known in self._deletions.get(shorter, ())}
        found = {stem(known) for known in near if _one_apart(word, known)}
        return max(found, key=lambda known: (self._stems[known], known), default=word)

    @cached_property
    def _likeness(self) -> Likeness | None:
        """None where no label says anything."""
        referential = self.referential
        said = [
            *zip(self._words, referential.title_code, strict=True),
            *self._usual,
            *((words(label), code) for code, label in enumerate(referential.labels)),
        ]
        labels = dict.fromkeys((" ".join(label), code) for label, code in said if label)
        return Likeness(list(labels), referential.parents) if labels else None

    def _nearest(self, labels: Sequence[str]) -> Iterator[tuple[Match, ...]]:
        if not labels:
            return
        if self._likeness is None:
            yield from ((),) * len(labels)
            return
        names = np.array(self.referential.codes)
        for start in range(0, len(labels), BLOCK):
            block = labels[start : start + BLOCK]
            shares, nearest = self._likeness.of(block, [self._leading(label.split()) for label in block])
            shares = np.round(shares, 6)
            many = min(MOST + SPARE, shares.shape[1])
            best = np.sort(np.argpartition(-shares, many - 1, axis=1)[:, :many], axis=1)
            # Ties by code (codes are sorted), so that the last bit of a product changes nothing.
            order = np.argsort(-np.take_along_axis(shares, best, axis=1), axis=1, kind="stable")[:, :MOST]
            best = np.take_along_axis(best, order, axis=1)
            share = np.take_along_axis(shares, best, axis=1)
            score = share / np.maximum(share[:, :1], 1e-6) * nearest[:, None]
            for row, codes in enumerate(names[best]):
                yield tuple(
                    Match(str(code), min(round(float(value), 4), INEXACT))
                    for code, value in zip(codes, score[row], strict=True)
                    if value >= LEAST
                )


def _less_one(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _one_apart(word: str, known: str) -> bool:
    """One letter missing, added or changed, or two neighbours swapped."""
    if abs(len(word) - len(known)) == 1:
        return True  # one is the other less a letter, by construction
    if len(word) != len(known):
        return False
    differ = [at for at in range(len(word)) if word[at] != known[at]]
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    return len(differ) == 1 or (
        swapped and word[differ[0]] == known[differ[1]] and word[differ[1]] == known[differ[0]]
    )
