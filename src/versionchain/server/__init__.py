"""Fakes of two hosted memory services, RecallrAI and Callers.ai, on one store: extra `server`.

May live here: the one way in, and what to say where the extra is missing.
May not be known here: any request of either service.
"""

# ruff: noqa: E402 - what is missing must be said before it is imported

from importlib.util import find_spec

_NEEDED = ("fastapi", "uvicorn", "jinja2")
_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    _problem = (
        f"The server needs {' and '.join(_missing)}: python -m pip install 'versionchain[server]'"
    )
    raise ImportError(_problem)

from .app import CALLERS_KEY, RECALLR_KEY, control_of, create_app
from .clock import ShiftedClock
from .control import Control
from .running import running, serve

__all__ = [
    "CALLERS_KEY",
    "Control",
    "RECALLR_KEY",
    "ShiftedClock",
    "control_of",
    "create_app",
    "running",
    "serve",
]
