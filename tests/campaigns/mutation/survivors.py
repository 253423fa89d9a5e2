"""Mutants that nobody can tell from the code, each with the reason."""

from typing import Final

SURVIVORS: Final[dict[str, str]] = {}
