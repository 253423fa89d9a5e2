"""State machines that run a backend until it differs; see `machines`."""

from .machines import DifferentialMachine, StoreMachine, Tally

__all__ = ["DifferentialMachine", "StoreMachine", "Tally"]
