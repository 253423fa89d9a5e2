"""The command line: `versionchain`, of the extra `cli`.

May live here: the one way in, and what to say where the extra is missing.
May not be known here: any command.
"""

import sys
from pathlib import PurePath

try:
    import click as click
    import rich as rich
except ImportError as error:
    _problem = "The command line needs click and rich: python -m pip install 'versionchain[cli]'"
    # The program imports this module bare, so an ImportError would be a page of traceback to a
    # person who only left the extra out.
    _module = sys.argv[0] == "-m" and "versionchain.cli" in sys.orig_argv
    if _module or PurePath(sys.argv[0]).stem == "versionchain":
        sys.exit(f"versionchain: {_problem}")
    raise ImportError(_problem) from error

from .app import cli, main

__all__ = ["cli", "main"]
