"""Long runs that try to break a store, and count what they tried.

Each campaign is a module here with one `CAMPAIGN`; `python -m tests.campaigns` runs them. A
campaign injects what it is named for, and judges the store by a model or by bytes, never by the
code under test alone. Its planted faults show that it can find something.
"""
