"""Which campaigns there are."""

from importlib import import_module
from typing import Final

from .campaign import Campaign

NAMES: Final = (
    "kills",
    "power",
    "iofaults",
    "exceptions",
    "machine",
    "histories",
    "schedules",
    "contention",
    "tenants",
    "badinput",
    "erasure",
    "hostile",
    "surroundings",
    "mutation",
)


def campaign(name: str) -> Campaign:
    """The campaign of that name, from the module of that name."""
    found: Campaign = import_module(f"{__package__}.{name}").CAMPAIGN
    return found
