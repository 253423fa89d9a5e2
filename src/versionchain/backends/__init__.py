"""Where memories are kept: one protocol, and a package for each way to keep it."""
