"""The calls of a store, a subject a file: each validates, finds, decides, and has it applied."""

from .base import Settings
from .delete import DeleteCalls
from .erase import EraseCalls
from .past import PastCalls, Snapshot
from .read import ReadCalls
from .transfer import TransferCalls
from .write import WriteCalls

__all__ = ["AllCalls", "EraseCalls", "ReadCalls", "Settings", "Snapshot", "TransferCalls"]


class AllCalls(WriteCalls, DeleteCalls, PastCalls, ReadCalls):
    """What a store and a transaction have in common."""
