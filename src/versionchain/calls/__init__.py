"""The calls of a store, a subject a file: each validates, finds, decides, and has it applied."""

from .base import Settings
from .delete import DeleteCalls
from .read import LogCalls, ReadCalls
from .write import WriteCalls

__all__ = ["AllCalls", "DeleteCalls", "LogCalls", "ReadCalls", "Settings", "WriteCalls"]


class AllCalls(WriteCalls, DeleteCalls, LogCalls, ReadCalls):
    """What a store and a transaction have in common."""
