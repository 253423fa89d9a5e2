"""State machines that run a backend until it differs; see `machines`."""

from .machines import Difference, DifferentialMachine, StoreMachine, Tally

__all__ = ["Difference", "DifferentialMachine", "StoreMachine", "Tally"]
