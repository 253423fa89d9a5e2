"""The peers: other packages made to do the same work, each through its own documented API.

May live here: the list of the peers, and who of them is not installed. May not be known here: how
any of them works; each has a module of its own, whose docstring says which idiom it uses and why.

What holds for all of them: what stays the same is made before the first call; ids come from a
counter, which is less work than the library's UUIDs; nothing is checked that the peer does not
check itself, not even that an updated version is the latest. `latest` of what is gone raises
KeyError.
"""

import sys
from importlib import import_module

from ..subjects import Subject

MODULES = {
    "langgraph-checkpoint": "lang_graph",
    "langgraph-checkpoint-sqlite": "lang_graph_sqlite",
    "eventsourcing": "event_sourcing",
    "diskcache": "disk_cache",
    "ZODB": "zodb_file",
    "SQLAlchemy-Continuum": "continuum",
    "mem0ai": "mem0_history",
    "inspeximus": "inspeximus_store",
}
"""The package that each module measures."""


def peers() -> list[Subject]:
    """The installed peers, at each durability that they have; stderr names the others."""
    found: list[Subject] = []
    for package, module in MODULES.items():
        try:
            found += import_module(f".{module}", __name__).subjects()
        except ImportError as error:
            print(f"Measured without {package}: {error}", file=sys.stderr)
    return found
