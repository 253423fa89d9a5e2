"""Exceptions out of every line and every backend call of every public write call.

What is tried is a point: a prepared store, a call, and the one place where an exception comes out
of it: before a line of the library that the call executes, or at a call of the backend. Afterwards
the store must be as it was before the call or as the call leaves it, with no lock held and no
transaction open. Given time and no count (`--seconds 3600`), a run tries every point there is, in
an order that the seed gives: a sweep. A short one tries some at random.

Where a lock may be left: the line before which the exception came does nothing but let it go, in a
`finally` or at the end of a `with` (`planting.lets_go` says why no code can help there). Those
points are counted as "locks left", and what they leave in the store is judged like any other. An
exception that comes into the undoing of a block leaves the rest of it to whoever comes next; at the
one line before that is noted, to the next writer, while readers see what was before: "rolled back
by the next".
"""

from .sweep import CAMPAIGN

__all__ = ["CAMPAIGN"]
