"""`python -m versionchain.cli` is `versionchain`."""

from . import main

if __name__ == "__main__":
    main()
