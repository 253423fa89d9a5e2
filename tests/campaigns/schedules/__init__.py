"""Two calls at once, switched between at opcodes that a seed chooses.

A schedule is a pair of calls and a seed. The seed says which call begins and where control passes
to the other: nothing else decides, so the same pair and seed give the same interleaving again.
What both answer, and what there is afterwards, must be as if one call had been made after the
other.
"""

from .trying import CAMPAIGN

__all__ = ["CAMPAIGN"]
