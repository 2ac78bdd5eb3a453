"""Job titles to ROME codes: how often the first and the first three are right, and the time against rapidfuzz WRatio.

    python bench/titles.py [--rome DIR] [--seed 1] [--rounds 3] [--sample 20]

Prints one JSON object. DIR holds the official `metiers.csv` and `appellations.csv`; without them nothing is measured
and the object says so. What is asked:

- `unseen`: ROME titles left out of the referential (5 % of them, both wordings, five draws);
- `noisy`: known titles with a typing mistake, accents or capitals lost, one gender only, (H/F), CDI, a place;
- `ads`, `ads_kept`: advertisements written by hand for this bench, invented but in the style of real ones, with the
  code a recruiter would choose. Words and usual titles were mended while looking at `ads`; `ads_kept` was written
  afterwards and nothing was mended by it: believe the second. Each is coded under the official titles alone,
  and as the product does, with the usual titles of the starter table (which share their author with both).

The peer answers a stated sample of the same titles, in turn with ours (A B A B); the ratio is the median of the pairs.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import statistics
import sys
import time
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matching.scoring.normalise import normalise
from matching.scoring.referential import Referential
from matching.scoring.titles import Coder, LabelCache

HERE = Path(__file__).resolve().parent
Row = dict[str, str]
Asked = list[tuple[str, str]]
LEFT_OUT = 0.05
DRAWS = 5
TARGETS = {"unseen": (65.0, 81.0), "noisy": (98.5, 99.5), "ads": (70.0, 79.0), "ads_kept": (70.0, 79.0)}
TIMES_WRATIO = 100


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def referential(occupations: Sequence[Row], titles: Sequence[Row]) -> Referential:
    """As the import stores them: both wordings of a title."""
    return Referential.of(
        [(row["code_rome"], row["libelle_rome"]) for row in occupations],
        [
            (wording, row["code_rome"], row["code_rome_parent"], row["classification"] == "PRINCIPALE")
            for row in titles
            for wording in sorted({row["libelle_appellation_long"], row["libelle_appellation_court"]} - {""})
        ],
    )


def mistyped(word: str, dice: random.Random) -> str:
    """One letter missing, added, changed, or swapped with its neighbour; the first letter stays."""
    at = dice.randrange(1, len(word))
    letter = dice.choice("aeiourstln")
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        ]
    )


def noisy(title: str, dice: random.Random) -> str:
    """The title as somebody in a hurry types it into an advertisement; it keeps what tells it from others."""
    if " / " in title and dice.random() < 0.7:
        masculine, feminine = title.split(" / ", 1)
        one_word = " " not in masculine and dice.random() < 0.5
        title = " ".join([masculine, *feminine.split(" ")[1:]]) if one_word else feminine
    written = title.split()
    long = [at for at, word in enumerate(written) if len(word) >= 6]
    if long and dice.random() < 0.7:
        at = dice.choice(long)
        written[at] = mistyped(written[at], dice)
    title = " ".join(written)
    if dice.random() < 0.5:
        plain = unicodedata.normalize("NFD", title)
        title = "".join(letter for letter in plain if not unicodedata.combining(letter))
    title = dice.choice([title, title, title.upper(), title.lower()])
    before = dice.choice(["", "", "URGENT ", "Recherche "])
    return before + title + dice.choice(
        ["", " (H/F)", " H/F", " F/H", " - CDI", " CDD 6 mois", " à Amiens", " temps partiel"]
    )  # fmt: skip


def right(found: Sequence[Sequence[str]], asked: Asked) -> dict[str, Any]:
    """Per cent of titles whose code comes first, and among the first three."""
    first = sum(bool(codes) and codes[0] == code for codes, (_, code) in zip(found, asked, strict=True))
    three = sum(code in codes[:3] for codes, (_, code) in zip(found, asked, strict=True))
    size = len(asked)
    return {
        "titles": size,
        "first": round(100 * first / size, 1),
        "first_three": round(100 * three / size, 1),
    }


def ours(coder: Coder, titles: Sequence[str]) -> list[list[str]]:
    """Cold: no label is remembered, only the referential is prepared."""
    coder.cache = LabelCache(coder.referential.digest)
    return [[match.rome for match in found] for found in coder.code(titles)]


def wratio(known: Referential, titles: Sequence[str]) -> list[list[str]]:
    """The codes of the nearest labels by rapidfuzz's WRatio, titles and labels normalised as ours are."""
    from rapidfuzz import fuzz, process

    labels = normalised(known)
    found = []
    for title in titles:
        near = process.extract(normalise(title), labels, scorer=fuzz.WRatio, limit=10)
        found.append(list(dict.fromkeys(known.codes[known.title_code[at]] for _, _, at in near)))
    return found


@cache
def normalised(known: Referential) -> list[str]:
    return [normalise(label) for label in known.titles]


def against_wratio(
    coder: Coder, asked: Asked, sample: int, rounds: int, dice: random.Random
) -> dict[str, Any]:
    titles = [title for title, _ in asked]
    ratios, mine, theirs, few = [], [], [], []
    for _ in range(rounds):
        some = dice.sample(asked, min(sample, len(asked)))
        few += some
        began = time.perf_counter()
        ours(coder, titles)
        mine.append((time.perf_counter() - began) / len(titles))
        wratio(coder.referential, [])  # the labels are prepared for both before the clock starts
        began = time.perf_counter()
        theirs += wratio(coder.referential, [title for title, _ in some])
        ratios.append((time.perf_counter() - began) / len(some) / mine[-1])
    return {
        "ours_ms": round(1000 * statistics.median(mine), 3),
        "ratio": round(statistics.median(ratios), 1),
        "wratio": right(theirs, few) | {"extrapolated": True},
    }


def measured(rome: Path, seed: int, rounds: int, sample: int) -> dict[str, Any]:
    occupations, titles = rows(rome / "metiers.csv"), rows(rome / "appellations.csv")
    dice = random.Random(seed)
    whole = Coder(referential(occupations, titles))
    began = time.perf_counter()
    whole.code(["un intitulé que rien ne connaît"])
    prepared = time.perf_counter() - began
    product = Coder(whole.referential.with_usual_titles())
    sets: dict[str, Any] = {}
    draws = []
    for _ in range(DRAWS):
        out = set(dice.sample(range(len(titles)), int(LEFT_OUT * len(titles))))
        coder = Coder(referential(occupations, [row for at, row in enumerate(titles) if at not in out]))
        coder.code(["un intitulé que rien ne connaît"])
        asked = [(titles[at]["libelle_appellation_long"], titles[at]["code_rome"]) for at in sorted(out)]
        draws.append(right(ours(coder, [title for title, _ in asked]), asked))
        timed = against_wratio(coder, asked, sample, rounds, dice) if not sets else None
        sets["unseen"] = sets.get("unseen") or timed
    for share in ("first", "first_three"):
        sets["unseen"][share] = round(statistics.mean(draw[share] for draw in draws), 1)
        sets["unseen"][f"{share}_of_each_draw"] = [draw[share] for draw in draws]
    sets["unseen"]["titles"] = sum(draw["titles"] for draw in draws)
    sure = dice.sample(titles, 1_500)
    known = [(noisy(row["libelle_appellation_long"], dice), row["code_rome"]) for row in sure]
    others = {"noisy": known} | {
        name: [(row["title"], row["rome"]) for row in rows(HERE / "data" / f"{name}.csv")]
        for name in ("ads", "ads_kept")
    }
    for name, asked in others.items():
        found = ours(whole, [title for title, _ in asked])
        sets[name] = right(found, asked) | against_wratio(whole, asked, sample, rounds, dice)
        sets[name]["with_usual_titles"] = right(ours(product, [title for title, _ in asked]), asked)
    for name, (first, three) in TARGETS.items():
        met = sets[name]["first"] >= first and sets[name]["first_three"] >= three
        sets[name]["target"] = {"first": first, "first_three": three, "met": met}
    return {
        "referential": {"occupations": len(whole.referential.codes), "titles": len(whole.referential.titles)},
        "prepare_seconds": round(prepared, 2),
        "sets": sets,
        "times_wratio": {
            "target": TIMES_WRATIO,
            "median": round(statistics.median(found["ratio"] for found in sets.values()), 1),
        },
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--rome", type=Path, default=HERE.parent.parent / "shared" / "data" / "rome")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sample", type=int, default=20, help="titles that the peer answers each round")
    asked = options.parse_args()
    found: dict[str, Any] = {"bench": "titles", "seed": asked.seed}
    missing = [name for name in ("metiers.csv", "appellations.csv") if not (asked.rome / name).is_file()]
    if missing:
        found["skipped"] = (
            f"the official ROME files are not there ({', '.join(missing)}): name their folder, --rome"
        )
    else:
        import numpy
        import rapidfuzz
        import sklearn

        found["versions"] = {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scikit-learn": sklearn.__version__,
            "rapidfuzz": rapidfuzz.__version__,
        }
        found |= measured(asked.rome, asked.seed, asked.rounds, asked.sample)
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
