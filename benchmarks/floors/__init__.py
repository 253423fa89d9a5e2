"""The least code that records what the library records: in memory, and in SQLite."""
