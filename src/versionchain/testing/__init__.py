"""What a backend's author, and a user's own tests, need: a contract, a machine, and helpers.

`BackendContract` tests every promise of `versionchain.backends.base` and of the store on it;
`DurableBackendContract` adds what holds after reopening. `StoreMachine` compares a backend with a
naive model, `DifferentialMachine` with another backend. `strategies` makes what may come in,
`Clock` and `Ids` make a store repeatable.
"""

try:
    import hypothesis
    import pytest
except ImportError as error:
    raise ImportError(
        "versionchain.testing needs Hypothesis and pytest: "
        "python -m pip install 'versionchain[testing]'"
    ) from error

del hypothesis

# Before they are imported: so a failed assertion in them says what it compared.
for _name in ("contract", "looking", "machine"):
    pytest.register_assert_rewrite(f"{__name__}.{_name}")

from . import strategies  # noqa: E402
from .contract import BackendContract, DurableBackendContract, run_test  # noqa: E402
from .machine import DifferentialMachine, StoreMachine  # noqa: E402
from .repeatable import Clock, Ids  # noqa: E402

__all__ = [
    "BackendContract",
    "Clock",
    "DifferentialMachine",
    "DurableBackendContract",
    "Ids",
    "StoreMachine",
    "run_test",
    "strategies",
]
