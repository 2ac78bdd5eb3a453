"""Changes one small thing in a module at a time and asks whether its tests notice.

Run as a program: `python tests/deep/mutants.py --share 12 --seed 1` prints one line a module and one a survivor, and a
JSON summary last. Each mutant lives in a process of its own, forked from one that has the libraries loaded; only the
source that this process reads is changed, no file is.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.machinery
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import CodeType

ROOT = Path(__file__).parents[2]
RIGHTS = "tests/unit/eligibility/test_{}.py"
IMPORTS = "tests/unit/importers/test_import_{}.py"

#: module -> the tests that are about it, quickest first
CONCERNED: dict[str, tuple[str, ...]] = {
    "matching/eligibility/days.py": (RIGHTS.format("calendar"), "tests/property/test_spans.py"),
    "matching/eligibility/spans.py": (RIGHTS.format("calendar"), "tests/property/test_spans.py"),
    "matching/eligibility/windows.py": (RIGHTS.format("windows"), RIGHTS.format("criteria")),
    "matching/eligibility/search.py": (RIGHTS.format("calendar"), "tests/property/test_spans.py"),
    "matching/eligibility/criteria.py": (RIGHTS.format("criteria"),),
    "matching/eligibility/contract.py": (RIGHTS.format("contract"),),
    "matching/eligibility/missing.py": (RIGHTS.format("missing"), RIGHTS.format("check")),
    "matching/eligibility/deciding.py": (RIGHTS.format("deciding"), RIGHTS.format("check")),
    "matching/eligibility/aid.py": (RIGHTS.format("aid"),),
    "importers/values.py": (IMPORTS.format("values"), IMPORTS.format("names")),
    "importers/diploma.py": (IMPORTS.format("diplomas"),),
    "importers/cells.py": (IMPORTS.format("cells"),),
}
#: No mutant may run longer: it is stopped, which counts as noticed (a loop that does not end).
PATIENCE = 120.0
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    module: str
    number: int
    line: int
    what: str


def variants(tree: ast.Module) -> Iterator[tuple[int, str, Callable[[], None]]]:
    """(line, what changes, a function that changes it in this very tree), always in the same order."""
    for node in _code(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Compare(ops=[operator, *_]):
                yield line, _name(operator), lambda n=node, o=operator: n.ops.__setitem__(0, _swap(o))
            case ast.BoolOp(op=operator) | ast.BinOp(op=operator) | ast.AugAssign(op=operator) if (
                type(operator) in SWAPS
            ):
                yield line, _name(operator), lambda n=node, o=operator: setattr(n, "op", _swap(o))
            case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub()):
                yield line, f"without {type(node.op).__name__}", lambda n=node: _become(n, n.operand)
            case ast.Constant(value=bool(value)):
                yield line, f"{value} turned", lambda n=node, v=value: setattr(n, "value", not v)
            case ast.Constant(value=int(value) | float(value)):
                yield line, f"{value} + 1", lambda n=node, v=value: setattr(n, "value", v + 1)
            case ast.Return(value=ast.expr()) if not _is_none(node.value):
                yield line, "returns nothing", lambda n=node: setattr(n, "value", ast.Constant(None))
            case ast.Continue():
                yield line, "continue -> break", lambda n=node: setattr(n, "__class__", ast.Break)
            case ast.IfExp():
                yield line, "other branch", lambda n=node: _exchange(n)


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: no annotation, no docstring, no import, no `if TYPE_CHECKING`."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.Import | ast.ImportFrom):
                continue
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                continue
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
                continue  # an alias of a type
            yield node
            yield from _code(node)


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _name(operator: ast.AST) -> str:
    return f"{type(operator).__name__} -> {SWAPS[type(operator)].__name__}"


def _swap(operator: ast.AST) -> ast.AST:
    return SWAPS[type(operator)]()


def _become(node: ast.AST, other: ast.AST) -> None:
    other = copy.deepcopy(other)
    node.__class__ = other.__class__
    node.__dict__.update(other.__dict__)


def _exchange(node: ast.IfExp) -> None:
    node.body, node.orelse = node.orelse, node.body


def mutated(source: str, number: int) -> ast.Module:
    tree = ast.parse(source)
    _, _, change = list(variants(tree))[number]
    change()
    return ast.fix_missing_locations(tree)


def all_of(module: str) -> list[Mutant]:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    return [Mutant(module, at, line, what) for at, (line, what, _) in enumerate(variants(tree))]


def _read_as(path: Path, tree: ast.Module) -> None:
    """From now on this process reads `path` as `tree`."""
    read = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        if Path(self.path).resolve() == path.resolve():
            return compile(tree, str(path), "exec")
        return read(self, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def _tests(module: str) -> list[str]:
    return [path for path in CONCERNED[module] if (ROOT / path).exists()]


def _child(module: str, number: int | None) -> int:
    """Run the tests; 0 = they pass. `number` None: the module as it is."""
    import hypothesis
    import pytest

    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    # What a failing example looks like when it is small matters to nobody here.
    profile = {"phases": [hypothesis.Phase.explicit, hypothesis.Phase.generate], "database": None}
    hypothesis.settings.register_profile("mutants", deadline=None, **profile)
    hypothesis.settings.load_profile("mutants")
    if number is not None:
        _read_as(ROOT / module, mutated((ROOT / module).read_text(encoding="utf-8"), number))
    options = [
        "-x",
        "-q",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    return int(pytest.main([*options, "--hypothesis-seed=0", *_tests(module)]))


def start(module: str, number: int | None) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    with contextlib.suppress(BaseException):
        signal.alarm(int(PATIENCE))  # the default action ends the process
        status = _child(module, number)
    os._exit(status)


def noticed(module: str, number: int | None) -> bool:
    """Whether the tests fail, in a process of its own."""
    _, status = os.waitpid(start(module, number), 0)
    return status != 0


def run(mutants: list[Mutant], processes: int, budget: float) -> dict[Mutant, bool]:
    """mutant -> noticed; those that the budget (seconds) leaves out are missing."""
    began, waiting, running, found = time.monotonic(), list(reversed(mutants)), {}, {}
    while waiting or running:
        while waiting and len(running) < processes and time.monotonic() - began < budget:
            mutant = waiting.pop()
            running[start(mutant.module, mutant.number)] = mutant
        if not running:
            break
        child, status = os.waitpid(-1, 0)
        found[running.pop(child)] = status != 0
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=int, default=15, help="mutants a module, drawn by the seed (0: all)")
    parser.add_argument("--seed", type=int, default=2013)
    parser.add_argument("--budget", type=float, default=480, help="seconds after which no more are started")
    parser.add_argument("--only", default="", help="part of the module's path")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    import numpy  # noqa: F401
    import pydantic  # noqa: F401
    import pytest  # noqa: F401
    import yaml  # noqa: F401

    drawn: list[Mutant] = []
    for module in CONCERNED:
        if chosen.only not in module:
            continue
        if noticed(module, None):
            print(f"{module}: its tests fail without any mutant")
            return 1
        mutants = all_of(module)
        dice = Random(f"{chosen.seed} {module}")
        drawn += dice.sample(mutants, min(chosen.share or len(mutants), len(mutants)))
    Random(chosen.seed).shuffle(drawn)
    found = run(drawn, chosen.processes, chosen.budget)
    summary: dict[str, dict[str, int]] = {}
    for module in sorted({mutant.module for mutant in found}):
        answers = [killed for mutant, killed in found.items() if mutant.module == module]
        summary[module] = {"run": len(answers), "noticed": sum(answers)}
        print(f"{module:<36} {sum(answers):>4} of {len(answers)}")
    for mutant in sorted((m for m, killed in found.items() if not killed), key=lambda m: (m.module, m.line)):
        print(f"  survived {mutant.module}:{mutant.line} {mutant.what}")
    print(json.dumps({"drawn": len(drawn), "modules": summary}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
