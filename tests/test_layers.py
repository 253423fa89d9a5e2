"""The architecture, held by the code itself: who imports whom, how long a module is, what it says.

The checks look at the source alone, so they can be tried on a tree with a planted fault.
"""

import ast
import inspect
import os
import shutil
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import versionchain
from versionchain import MemoryStore, Snapshot, Transaction

SOURCE = Path(versionchain.__file__).parent

# A module may import from its own layer and from those before it.
LAYERS = [
    {"errors", "model", "records"},
    {"chain", "connections", "cursor", "diff", "facts", "filters", "ids", "validation"},
    {"backends", "transfer"},
    {"audit", "calls", "work"},
    {"store", "transaction"},
    {"", "__main__", "aio", "cli", "integrations", "pytest_plugin", "server", "testing"},
]
LAYER_OF = {unit: number for number, units in enumerate(LAYERS) for unit in units}
PURE = LAYERS[0] | LAYERS[1]

# What these import of the package is this alone.
ALONE = {
    "errors": set(),
    "model": {"records"},
    "records": set(),
    "ids": set(),
    "chain": {"model", "records"},
    "cursor": {"errors"},
    "diff": {"model"},
    "filters": {"model"},
}
# Whoever is in one of these knows nothing of the others in it.
APART = [
    ["backends", "transfer"],
    ["backends.memory", "backends.sqlite", "backends.postgres"],
]

IMPURE = {
    *("asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets"),
    *("socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time"),
}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "open", "print", "input"}
MAY_BE_IMPURE = {"ids"}
OWN_MODULE = {"sqlite3": "backends.sqlite"}

BASE_DEPENDENCIES = {"attrs", "sortedcontainers"}
EXTRAS = {
    "anyio": ("aio", "server", "integrations"),
    "click": ("cli",),
    "rich": ("cli",),
    "hypothesis": ("testing",),
    "pytest": ("testing", "pytest_plugin"),
    "fastapi": ("server",),
    "psycopg": ("backends.postgres",),
}
# What stands here may need more than is named above; nothing of the base may.
OUTSIDE_THE_BASE = ("integrations", "server", "backends.postgres")

MOST_LINES = 400


def modules_in(source):
    """Each module's dotted name below the package, and its file; the package itself is ''."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def parsed(text):
    """A module's tree and all its nodes; most texts are looked at many times."""
    tree = ast.parse(text)
    return tree, list(ast.walk(tree))


def nodes_of(path):
    return parsed(path.read_text(encoding="utf-8"))[1]


def tree_of(path):
    return parsed(path.read_text(encoding="utf-8"))[0]


@cache
def import_statements(text):
    """What a module imports from where: how far up, the module, and the names of it."""
    found = []
    for node in parsed(text)[1]:
        if isinstance(node, ast.Import):
            found += [(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.append((node.level, node.module or "", names))
    return found


def imports_of(name, path, modules):
    """What a module imports: ("package", the dotted name there) or ("other", the top name)."""
    here = [part for part in name.split(".") if part]
    for level, module, names in import_statements(path.read_text(encoding="utf-8")):
        if not level:
            yield from one_import(module, names, modules)
            continue
        up = level - (path.name == "__init__.py")
        parts = ["versionchain", *here[: len(here) - up], *([module] if module else [])]
        yield from one_import(".".join(parts), names, modules)


def one_import(start, names, modules):
    top, _, rest = start.partition(".")
    if top != "versionchain":
        yield "other", top
        return
    if not names:
        yield "package", rest
    for each in names:
        inner = f"{rest}.{each}" if rest else each
        yield "package", inner if inner in modules else rest


def is_in(name, prefix):
    return name == prefix or name.startswith(prefix + ".")


def wrong_imports(source):
    """Every import that breaks a rule of this file, as a sentence."""
    modules = modules_in(source)
    imports = {name: set(imports_of(name, path, modules)) for name, path in modules.items()}
    wrong = []
    for name in modules:
        unit = name.partition(".")[0]
        if unit not in LAYER_OF:
            wrong.append(f"{name} stands in no layer")
            continue
        for kind, imported in sorted(imports[name]):
            check = wrong_inside if kind == "package" else wrong_outside
            wrong += check(name, unit, imported)
    graph = {
        name: {each for kind, each in found if kind == "package"} - {name}
        for name, found in imports.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        wrong.append("a circle: " + " -> ".join(each or "versionchain" for each in error.args[1]))
    return wrong


def wrong_inside(name, unit, imported):
    other = imported.partition(".")[0]
    if LAYER_OF.get(other, 0) > LAYER_OF[unit]:
        yield f"{name} imports {imported or 'versionchain'}, which is in a later layer"
    elif other != unit and unit in ALONE and other not in ALONE[unit]:
        yield f"{name} imports {imported}, and may not"
    for group in APART:
        mine = [each for each in group if is_in(name, each)]
        theirs = [each for each in group if is_in(imported, each)]
        if mine and theirs and mine != theirs:
            yield f"{name} imports {imported}, which it may not know"


def wrong_outside(name, unit, imported):
    if unit in PURE and unit not in MAY_BE_IMPURE and imported in IMPURE:
        yield f"{name} imports {imported}, and is pure"
    if imported in OWN_MODULE and not is_in(name, OWN_MODULE[imported]):
        yield f"{name} imports {imported}, which is {OWN_MODULE[imported]}'s"
    if imported in sys.stdlib_module_names or imported in BASE_DEPENDENCIES:
        return
    owners = EXTRAS.get(imported, OUTSIDE_THE_BASE)
    if not any(is_in(name, owner) for owner in owners):
        yield f"{name} imports {imported}, which the base does not need"


def impure_calls(source):
    """Every call in the pure core that asks a clock, the system or chance."""
    for name, path in modules_in(source).items():
        unit = name.partition(".")[0]
        if unit in PURE - MAY_BE_IMPURE:
            for node in nodes_of(path):
                if isinstance(node, ast.Call):
                    called = getattr(node.func, "attr", getattr(node.func, "id", None))
                    if called in IMPURE_CALLS:
                        yield f"{name} calls {called}"


def code_lines(text):
    """How many lines of a module hold code: docstrings, comments and blank lines don't count."""
    lines = {
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    }
    for node in parsed(text)[1]:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines -= set(range(first.lineno, first.end_lineno + 1))
    return len(lines)


def too_long(source):
    """The modules with more lines of code than one subject takes."""
    counted = {
        name: code_lines(path.read_text(encoding="utf-8"))
        for name, path in modules_in(source).items()
    }
    return {name: lines for name, lines in counted.items() if lines > MOST_LINES}


def unsaid(source):
    """The modules, and the public classes, functions and methods, that say nothing of themselves.

    What a backend's method promises is said once, in `backends.base`; a test's name and a rule of
    the machine are said by their classes.
    """
    for name, path in modules_in(source).items():
        tree = tree_of(path)
        if not ast.get_docstring(tree):
            yield name
        said_elsewhere = name.startswith(("backends.memory.", "backends.sqlite.", "testing"))
        for node in tree.body:
            yield from unsaid_in(name, node)
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                for inner in node.body if not said_elsewhere else ():
                    yield from unsaid_in(f"{name}.{node.name}", inner)


def unsaid_in(where, node):
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node):
        yield f"{where}.{node.name}"


def test_imports_go_one_way():
    """errors, model <- the rules <- backends <- calls <- store <- everything that uses it."""
    assert wrong_imports(SOURCE) == []


def test_the_pure_core_asks_nobody():
    """No clock, no chance and no file: the same arguments give the same answer."""
    assert list(impure_calls(SOURCE)) == []


def test_every_layer_is_there():
    """The names above are those of the tree, so that a rule isn't about nothing."""
    units = {name.partition(".")[0] for name in modules_in(SOURCE)}
    needed = set().union(*LAYERS[:5])
    assert needed <= units
    assert {"backends.memory", "backends.sqlite"} <= set(modules_in(SOURCE))


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("chain", "from .backends import memory", "chain imports backends.memory, which is in a"),
        ("chain", "from .filters import Filter", "chain imports filters, and may not"),
        ("chain", "import sqlite3", "chain imports sqlite3, and is pure"),
        ("chain", "import time", "chain imports time, and is pure"),
        ("filters", "from threading import Lock", "filters imports threading, and is pure"),
        ("validation", "import os.path", "validation imports os, and is pure"),
        ("cursor", "def f():\n    import random", "cursor imports random, and is pure"),
        ("errors", "from . import model", "errors imports model, and may not"),
        ("model", "from versionchain import errors", "model imports errors, and may not"),
        ("model", "import versionchain.chain", "model imports chain, which is in a later layer"),
        ("ids", "from . import errors", "ids imports errors, and may not"),
        ("facts", "from . import work", "facts imports work, which is in a later layer"),
        ("facts", "import versionchain", "facts imports versionchain, which is in a later layer"),
        ("backends.base", "from ..calls.base import Settings", "backends.base imports calls.base"),
        ("backends.memory.state", "from ...store import MemoryStore", "imports store, which is"),
        ("backends.memory.state", "from ... import work", "backends.memory.state imports work"),
        ("backends.memory.state", "from ..sqlite import rows", "which it may not know"),
        ("backends.memory", "from .. import sqlite", "backends.memory imports backends.sqlite"),
        ("backends.sqlite.rows", "from ..memory.state import State", "which it may not know"),
        ("backends.base", "from ..transfer import encode", "which it may not know"),
        ("backends.memory.state", "import sqlite3", "which is backends.sqlite's"),
        ("work", "import sqlite3", "work imports sqlite3, which is backends.sqlite's"),
        ("work", "from .calls.base import Settings", "a circle: "),
        ("audit", "from .store import MemoryStore", "audit imports store, which is in a later"),
        ("calls.read", "from ..transaction import Transaction", "calls.read imports transaction"),
        ("store", "from . import aio", "store imports aio, which is in a later layer"),
        ("store", "import click", "store imports click, which the base does not need"),
        ("store", "import numpy", "store imports numpy, which the base does not need"),
        ("model", "from rich.table import Table", "model imports rich, which the base does not"),
        ("calls.base", "import hypothesis", "calls.base imports hypothesis, which the base"),
        ("backends.lock", "import pytest", "backends.lock imports pytest, which the base"),
        ("backends.base", "import fastapi", "backends.base imports fastapi, which the base"),
        ("backends.sqlite", "import psycopg", "backends.sqlite imports psycopg, which the base"),
        ("new", "import json", "new stands in no layer"),
    ],
)
def test_a_planted_import_is_found(tmp_path, module, line, complaint):
    """The checker of this file sees each kind of wrong import, so its silence means something."""
    source = copied(tmp_path)
    path = source.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = path.read_text(encoding="utf-8") if path.exists() else '"""New."""\n'
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    found = wrong_imports(source)
    assert any(complaint in each for each in found), found


def copied(folder):
    """A copy of the package's source, without the largest parts of the last layer."""
    ignore = shutil.ignore_patterns("__pycache__", "cli", "server", "testing")
    return Path(shutil.copytree(SOURCE, folder / "versionchain", ignore=ignore))


@pytest.mark.parametrize(
    "line", ["import versionchain.aio", "from versionchain import MemoryStore", "import anyio"]
)
def test_what_stands_outside_may_do_more(tmp_path, line):
    """The last layer knows the public face, and an extra's own module imports it."""
    source = copied(tmp_path)
    folder = source / "integrations"
    folder.mkdir(exist_ok=True)
    (folder / "planted.py").write_text(f'"""Another program."""\n{line}\n', encoding="utf-8")
    assert wrong_imports(source) == []


@pytest.mark.parametrize("call", ["datetime.now(UTC)", "uuid4()", "open('x')", "print(1)"])
def test_a_planted_call_is_found(tmp_path, call):
    """A pure function that asks a clock or writes a file is seen."""
    source = copied(tmp_path)
    with (source / "chain.py").open("a", encoding="utf-8") as file:
        file.write(f"\ndef planted():\n    return {call}\n")
    name = call.partition("(")[0].rpartition(".")[2]
    assert list(impure_calls(source)) == [f"chain calls {name}"]


def test_no_module_has_two_subjects():
    """None is longer than about 400 lines of code."""
    assert too_long(SOURCE) == {}


def test_a_long_module_is_found(tmp_path):
    """Code counts, and the lines of a statement over several lines; what is said does not."""
    said = '"""Said.\n\nAnd more.\n"""\n\n# Why.\n'
    code = "X = (\n    1\n)\n\n\ndef f():\n    '''Said.'''\n    return 'a'  # why\n"
    assert code_lines(said) == 0
    assert code_lines(said + code) == 5
    (tmp_path / "long.py").write_text(said + "x = 1\n" * 401, encoding="utf-8")
    (tmp_path / "short.py").write_text(said + "x = 1\n" * 400, encoding="utf-8")
    assert too_long(tmp_path) == {"long": 401}


def test_everything_public_is_said():
    """Each module, public class, function and method has a docstring."""
    assert list(unsaid(SOURCE)) == []


def test_what_is_unsaid_is_found(tmp_path):
    """The checker sees a module, a class, a function and a method, and passes what is private."""
    text = (
        "class A:\n    def b(self): ...\n    def _c(self): ...\n\ndef d(): ...\n\ndef _e(): ...\n"
        "class _F:\n    def g(self): ...\n\n"
        "class H:\n    '''Said.'''\n    def __init__(self): ...\n"
    )
    (tmp_path / "new.py").write_text(text, encoding="utf-8")
    assert list(unsaid(tmp_path)) == ["new", "new.A", "new.A.b", "new.d"]


def public_functions(handle):
    """The public methods of a handle, by name."""
    members = inspect.getmembers_static(handle)
    return {
        name: getattr(handle, name)
        for name, member in members
        if not name.startswith("_") and not isinstance(member, property)
    }


@pytest.mark.parametrize("handle", [MemoryStore, Transaction, Snapshot])
def test_a_method_says_what_its_caller_needs(handle):
    """What it takes, what it raises, what it costs, and an example that runs."""
    for name, method in public_functions(handle).items():
        text = inspect.getdoc(method)
        for part in ("Raises:\n", "Cost: O(", "Example:\n    >>> "):
            assert part in text, f"{name} lacks {part!r}"
        for parameter in inspect.signature(method).parameters:
            if parameter not in ("self", "cls"):
                assert f"\n    {parameter}: " in text, f"{name} says nothing of {parameter}"


@pytest.mark.parametrize("handle", [MemoryStore, Transaction, Snapshot])
def test_a_property_says_what_it_costs(handle):
    """A property's docstring ends with its cost."""
    for name, member in inspect.getmembers_static(handle):
        if isinstance(member, property) and not name.startswith("_"):
            assert inspect.getdoc(member).endswith("O(1).")


MODULES = modules_in(SOURCE)


@pytest.mark.parametrize("name", MODULES, ids=lambda name: name or "root")
def test_a_module_opens_with_its_subject(name):
    """Each says what it is about; the pure core what may live in it, and what it may not know."""
    text = ast.get_docstring(tree_of(MODULES[name]))
    assert text.splitlines()[0].endswith(".")
    if name in PURE:
        assert "May live here:" in text
        assert "May not be known here:" in text


LOADED = """
import sys
before = set(sys.modules)
{}
print(*sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}))
"""
ALLOWED = {"versionchain", "attr", "attrs", "sortedcontainers"}


@pytest.mark.parametrize(
    "program",
    [
        "import versionchain",
        "import versionchain; versionchain.MemoryStore().add('ada', 'Sails')",
    ],
    ids=["importing", "using memory"],
)
def test_the_base_loads_little(program):
    """Importing it loads the standard library and its two dependencies, and no database driver."""
    plain = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    command = [sys.executable, "-c", LOADED.format(program)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    loaded = set(run.stdout.split())
    assert loaded - ALLOWED <= sys.stdlib_module_names
    assert "versionchain" in loaded
    assert not loaded & {"sqlite3", "_sqlite3", "asyncio", "unittest"}
