"""The calls of a store, a subject a file: each validates, finds, decides, and has it applied."""

from .base import Settings
from .delete import DeleteCalls
from .past import PastCalls, Snapshot
from .read import ReadCalls
from .write import WriteCalls

__all__ = ["AllCalls", "Settings", "Snapshot"]


class AllCalls(WriteCalls, DeleteCalls, PastCalls, ReadCalls):
    """What a store and a transaction have in common."""
