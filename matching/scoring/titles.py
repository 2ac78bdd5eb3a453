"""Job titles to ROME occupations: an exact dictionary first, then nearest labels by pieces of words.

The dictionary holds every label under its words in any order, gender and number; a word that it does not know is
mended when one letter makes it known. What is left is compared by TF-IDF over characters 2 to 4 within words, and
the nearest labels vote. Measured in bench/titles.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .normalise import normalise, words
from .referential import Referential

#: At most so many occupations a title.
MOST = 5
#: Labels nearer than this resemble the title; none resembles it: no occupation.
RESEMBLES = 0.30
#: Labels that vote, and how much nearer ones weigh.
VOTERS, SHARPNESS = 12, 6
#: Words shorter than this are never mended: one letter makes another word of them.
MENDED = 5
#: Titles compared at once.
BLOCK = 512


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
    """Codes titles under one referential. The neighbours' part is built on first need, not before."""

    def __init__(self, referential: Referential, cache: LabelCache | None = None) -> None:
        self.referential = referential
        self.cache = cache or LabelCache(referential.digest)
        self._words = [words(title) for title in referential.titles]

    def code(self, titles: Sequence[str]) -> list[tuple[Match, ...]]:
        """For each title up to five occupations, best first. Equal titles are coded once; order changes nothing."""
        normalised = [normalise(title) for title in titles]
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
                left.append((at, " ".join(mended)))
        for (at, _), found in zip(left, self._nearest([label for _, label in left]), strict=True):
            answers[at] = found
        return answers

    @cached_property
    def _dictionary(self) -> dict[frozenset[str], Counter[int]]:
        """Words of a label, in any order -> how much each occupation is called so (usual titles count double)."""
        found: dict[frozenset[str], Counter[int]] = defaultdict(Counter)
        rows = zip(self._words, self.referential.title_code, self.referential.principal, strict=True)
        for label, code, principal in rows:
            if label:
                found[frozenset(label)][code] += 2 if principal else 1
        for code, label_ in enumerate(self.referential.labels):
            if own := words(label_):
                found[frozenset(own)][code] += 3
        return found

    def _exact(self, votes: Counter[int]) -> tuple[Match, ...]:
        codes = self.referential.codes
        ranked = sorted(votes.items(), key=lambda vote: (-vote[1], codes[vote[0]]))[:MOST]
        return tuple(Match(codes[code], round(count / ranked[0][1], 4)) for code, count in ranked)

    @cached_property
    def _vocabulary(self) -> Counter[str]:
        return Counter(word for label in self._words for word in label)

    @cached_property
    def _deletions(self) -> dict[str, list[str]]:
        """A word less one letter -> the known words it may come from."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            if len(word) >= MENDED:
                for shorter in {*_less_one(word), word}:
                    found[shorter].append(word)
        return found

    def _mended(self, label: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self._mend(word) for word in label))

    def _mend(self, word: str) -> str:
        """The known word at one letter (missing, added, changed, two swapped); of several the most frequent."""
        if word in self._vocabulary or len(word) < MENDED or not word.isalpha():
            return word
        near = {known for shorter in (word, *_less_one(word)) for known in self._deletions.get(shorter, ())}
        near = {known for known in near if _one_apart(word, known)}
        return max(near, key=lambda known: (self._vocabulary[known], known), default=word)

    @cached_property
    def _space(self) -> tuple[Any, Any, np.ndarray]:
        """(vectoriser, documents x pieces, code of each document)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        documents = [" ".join(label) for label in self._words]
        of_code = list(self.referential.title_code)
        whole: dict[int, list[str]] = defaultdict(list)
        for label, code in zip(documents, of_code, strict=True):
            whole[code].append(label)
        for code, label_ in enumerate(self.referential.labels):
            documents.append(" ".join(dict.fromkeys([*words(label_), *" ".join(whole[code]).split()])))
            of_code.append(code)
        pieces = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), max_df=0.1, sublinear_tf=True, dtype=np.float32
        )
        matrix = pieces.fit_transform(documents)
        return pieces, matrix.T.tocsr(), np.array(of_code)

    def _nearest(self, labels: Sequence[str]) -> Iterator[tuple[Match, ...]]:
        if not labels:
            return
        pieces, documents, of_code = self._space
        for start in range(0, len(labels), BLOCK):
            likeness = (pieces.transform(labels[start : start + BLOCK]) @ documents).tocsr()
            for row in range(likeness.shape[0]):
                begin, end = likeness.indptr[row], likeness.indptr[row + 1]
                yield self._vote(likeness.indices[begin:end], likeness.data[begin:end], of_code)

    def _vote(self, documents: np.ndarray, likeness: np.ndarray, of_code: np.ndarray) -> tuple[Match, ...]:
        near = np.flatnonzero(likeness >= RESEMBLES)
        if not len(near):
            return ()
        # Ties are broken by the document, so that the order of a matrix product changes nothing.
        order = near[np.lexsort((documents[near], -np.round(likeness[near], 5)))][:VOTERS]
        codes, values = of_code[documents[order]], likeness[order].astype(float)
        votes: dict[int, float] = defaultdict(float)
        best: dict[int, float] = defaultdict(float)
        for code, value in zip(codes.tolist(), values.tolist(), strict=True):
            votes[code] += value**SHARPNESS
            best[code] = max(best[code], value)
        names = self.referential.codes
        ranked = sorted(votes, key=lambda code: (-round(votes[code], 6), names[code]))[:MOST]
        found, ceiling = [], 0.99
        for code in ranked:
            ceiling = min(ceiling, round(best[code], 4))
            found.append(Match(names[code], ceiling))
        return tuple(found)


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
