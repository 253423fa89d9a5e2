"""Speed and memory, measured: the library beside the least code that does the same, and peers."""
