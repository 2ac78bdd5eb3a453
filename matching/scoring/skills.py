"""Which skills are the same: folded equality, then token similarity of 90 or more (matching.md §2), once per label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: rapidfuzz's token sort ratio from which two labels are the same skill
SAME_FROM = 90.0


@lru_cache(maxsize=100_000)
def fold(label: str) -> str:
    """Lower case, no accents, no punctuation, single spaces: what equality of skills is read on."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9+#]+", plain))


@dataclass(frozen=True)
class SkillTable:
    """Distinct skills; `similar[indptr[s]:indptr[s+1]]` are those that stand for skill s, s itself among them."""

    ids: dict[str, int]
    indptr: NDArray[np.int64]
    similar: NDArray[np.int32]

    @classmethod
    def build(cls, labels: Iterable[str]) -> SkillTable:
        """From every label of both sides. The order of labels changes ids, never who has what."""
        folded = sorted({fold(label) for label in labels} - {""})
        pairs = _similar_pairs(folded)
        rows = np.concatenate([np.arange(len(folded)), pairs[:, 0], pairs[:, 1]])
        columns = np.concatenate([np.arange(len(folded)), pairs[:, 1], pairs[:, 0]])
        order = np.lexsort((columns, rows))
        indptr = np.searchsorted(rows[order], np.arange(len(folded) + 1)).astype(np.int64)
        return cls({label: i for i, label in enumerate(folded)}, indptr, columns[order].astype(np.int32))

    @property
    def size(self) -> int:
        return len(self.indptr) - 1

    def of(self, labels: Iterable[str]) -> list[int]:
        """Ids of these labels, each once; labels that fold to nothing are left out. KeyError for one never built."""
        return sorted({self.ids[folded] for label in labels if (folded := fold(label))})


def _similar_pairs(folded: list[str]) -> NDArray[np.int64]:
    """Pairs (i < j) at SAME_FROM or more: int64[k, 2]. Only labels of near lengths are compared."""
    from rapidfuzz import fuzz, process

    sorted_tokens = [" ".join(sorted(label.split())) for label in folded]
    order = sorted(range(len(folded)), key=lambda i: len(sorted_tokens[i]))
    texts = [sorted_tokens[i] for i in order]
    lengths = np.array([len(text) for text in texts])
    found: list[tuple[int, int]] = []
    block = 256
    for first in range(0, len(texts), block):
        last = min(first + block, len(texts))
        # ratio = 200·common/(a+b) <= 200·a/(a+b): the longer text has at most 200/SAME_FROM - 1 times the letters.
        reach = int(
            np.searchsorted(lengths, lengths[last - 1] * (200.0 / SAME_FROM - 1) + 1e-9, side="right")
        )
        scores = process.cdist(
            texts[first:last], texts[first:reach], scorer=fuzz.ratio, score_cutoff=SAME_FROM, dtype=np.float32
        )
        for i, j in np.argwhere(scores >= SAME_FROM).tolist():
            if i < j:
                one, other = order[first + i], order[first + j]
                found.append((min(one, other), max(one, other)))
    return np.array(found, dtype=np.int64).reshape(-1, 2)
