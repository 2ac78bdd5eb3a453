"""How much a title resembles each occupation.

Three voices that err differently: the labels nearest to the title in pieces of words (TF-IDF over characters within
words) and in whole words; the odds of its pieces and words among all labels of an occupation, together one document;
the label that the title begins with. Where they disagree, occupations of one family (v3 parent) back each other.
Products of sparse matrices: answers do not depend on who else is asked. Measured in bench/titles.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Share of whole words in the likeness of two labels; the rest is pieces of 2 to 4 letters within words.
WHOLE_WORDS = 0.4
#: Letters of the pieces that vote. Pieces of 2 are in half of the labels: all the time, no better answers.
VOTING = 3
#: Labels nearer than this resemble the title and vote; nearer ones weigh more, by this power.
RESEMBLES, SHARPNESS = 0.25, 5
#: Odds: what a piece never seen in an occupation counts for, how flat they are taken, what they weigh beside votes.
UNSEEN, FLATNESS, ODDS = 0.01, 2.0, 1.0
#: What the label that a title begins with weighs beside votes.
LEADING = 0.4
#: What an occupation keeps of its votes when nothing else of its family is like the title.
ALONE = 0.3


class Likeness:
    """Labels of occupations in one space. Build it once: it reads every label."""

    def __init__(self, labels: Sequence[tuple[str, int]], families: Sequence[str]) -> None:
        """`labels`: (normalised label, index of its occupation), each once; `families`: of every occupation."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        documents = [label for label, _ in labels]
        self._of_code = np.array([code for _, code in labels])
        # A handful of labels would lose every piece to max_df.
        common = 0.1 if len(documents) > 200 else 1.0
        self._pieces = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), max_df=common, sublinear_tf=True, dtype=np.float32
        )
        self._wholes = TfidfVectorizer(analyzer=_wholes, sublinear_tf=True, dtype=np.float32)
        pieces, wholes = self._pieces.fit_transform(documents), self._wholes.fit_transform(documents)
        self._long = np.array(
            [len(piece) >= VOTING for piece in self._pieces.get_feature_names_out()], np.float32
        )
        self._documents = _joined(self._voting(pieces), wholes, WHOLE_WORDS).T.tocsr()
        self._odds, self._usual = _odds(_joined(pieces, wholes), self._of_code, len(families))
        names = sorted(set(families))
        self._family = _indicator(np.array([names.index(each) for each in families]), len(names))

    def of(
        self, titles: Sequence[str], leading: Sequence[Mapping[int, float]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(share of each occupation: float32[titles, occupations], likeness of the nearest label: float32[titles]).

        `leading`: for each title, the occupations whose label its first words are, and how much they say of it.
        Shares of a title add up to 1, or are all 0 where no label resembles it.
        """
        pieces, wholes = self._pieces.transform(titles), self._wholes.transform(titles)
        near = (_joined(self._voting(pieces), wholes, WHOLE_WORDS) @ self._documents).tocsr()
        like = np.flatnonzero(near.data >= RESEMBLES)
        row = np.searchsorted(near.indptr, like, side="right") - 1
        likeness, code = near.data[like], self._of_code[near.indices[like]]
        nearest = np.zeros(len(titles), np.float32)
        np.maximum.at(nearest, row, likeness)
        size = len(self._usual)
        counted = np.bincount(row * size + code, weights=likeness**SHARPNESS, minlength=len(titles) * size)
        votes = _shares(counted.reshape(len(titles), size).astype(np.float32))
        both = _joined(pieces, wholes)
        odds: NDArray[np.float32] = (both @ self._odds).toarray()
        odds -= np.asarray(both.sum(axis=1)).astype(np.float32) * self._usual
        odds -= odds.max(axis=1, keepdims=True)
        votes += ODDS * _shares(np.exp(odds / FLATNESS))
        for at, said in enumerate(leading):
            for each, weight in said.items():
                votes[at, each] += LEADING * weight
        votes[nearest == 0] = 0
        votes = _shares(votes)
        return _shares(votes * (ALONE + votes @ self._family @ self._family.T)), nearest

    def _voting(self, pieces: Any) -> Any:
        """The long pieces alone, each row of length 1."""
        from scipy.sparse import diags_array
        from sklearn.preprocessing import normalize

        long = pieces @ diags_array(self._long)
        long.eliminate_zeros()
        return normalize(long)


def _joined(pieces: Any, wholes: Any, share: float | None = None) -> Any:
    """Side by side; with a share, so that the likeness of two rows is that share of whole words, the rest of pieces."""
    from scipy.sparse import hstack

    if share is None:
        return hstack([pieces, wholes], format="csr")
    return hstack(
        [pieces * np.float32(np.sqrt(1 - share)), wholes * np.float32(np.sqrt(share))], format="csr"
    )


def _wholes(title: str) -> list[str]:
    """Words, neighbours, and the first word once more: it mostly names the trade."""
    words = title.split()
    return [
        *words,
        *(f"{a}_{b}" for a, b in pairwise(words)),
        *(f"^{w}" for w in words[:1]),
    ]


def _indicator(group: NDArray[Any], size: int) -> Any:
    """float32[rows, size], a single 1 a row."""
    from scipy.sparse import csr_matrix

    one = np.ones(len(group), np.float32)
    return csr_matrix((one, (np.arange(len(group)), group)), shape=(len(group), size))


def _odds(pieces: Any, of_code: NDArray[Any], size: int) -> tuple[Any, NDArray[np.float32]]:
    """Multinomial odds kept sparse: log(1 + weight / UNSEEN) of pieces seen, and what every occupation starts from."""
    seen = (_indicator(of_code, size).T @ pieces).tocsr()
    usual = np.log(np.asarray(seen.sum(axis=1)).ravel() + UNSEEN * pieces.shape[1])
    seen.data = np.log1p(seen.data / UNSEEN)
    return seen.T.tocsr(), usual.astype(np.float32)


def _shares(amounts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row divided by its sum; a row of zeros stays one."""
    total = amounts.sum(axis=1, keepdims=True)
    made: NDArray[np.float32] = np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0)
    return made
