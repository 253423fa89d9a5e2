"""Memories kept in the process: the readable reference of what a backend does."""

from .backend import MemoryBackend

__all__ = ["MemoryBackend"]
