"""What the workloads write: varied memories, the same for everybody who starts from one seed.

May live here: contents, categories, metadata, contacts. May not be known here: who stores them.
"""

from random import Random
from typing import Any, Final

from versionchain import NewMemory

_TEXT: Final = (
    "lives in Bonn Kiel Rome prefers tea coffee green black walks swims sails every Monday "
    "morning evening has two cats a dog an old bicycle reads long novels plays chess "
    "works from home at night likes ships and maps grew up near the sea is allergic to nuts "
    "speaks Danish Polish sister moved last spring wants short answers"
)
_WORDS: Final = tuple(_TEXT.split())
_LABELS: Final = ("taste", "place", "family", "work", "health", "travel", "habit", "plan")
_SOURCES: Final = ("chat", "call", "mail", "form")


class Data:
    """A source of memories. Equal seeds give equal ones.

    Args:
        seed: where its chances come from.
        contacts: how many contacts the memories are spread over, in turn.
    """

    def __init__(self, seed: int, contacts: int) -> None:
        self.random = Random(seed)
        self._contacts = [f"contact-{i:05}" for i in range(max(1, contacts))]
        self._made = 0

    @property
    def contacts(self) -> list[str]:
        """Every contact's id. O(1)."""
        return self._contacts

    def content(self) -> str:
        """A text of 20 to 200 characters. O(its words)."""
        random = self.random
        self._made += 1
        return f"{' '.join(random.choices(_WORDS, k=random.randint(4, 30)))} {self._made}"

    def memory(self, contact_id: str | None = None) -> NewMemory:
        """A memory with up to three categories and a small dict of metadata. O(1).

        Args:
            contact_id: whose; None: the next contact's.
        """
        random = self.random
        whose = contact_id or self._contacts[self._made % len(self._contacts)]
        metadata: dict[str, Any] = {
            "key": random.choice(_WORDS),
            "source": random.choice(_SOURCES),
            "score": round(random.random(), 3),
        }
        if random.random() < 0.2:
            metadata["seen"] = [random.randrange(1000), random.randrange(1000)]
        labels = tuple(random.sample(_LABELS, random.randint(0, 3)))
        session_id = f"session-{random.randrange(1000)}"
        return NewMemory(whose, self.content(), labels, metadata, session_id)

    def memories(self, count: int, contact_id: str | None = None) -> list[NewMemory]:
        """So many memories. O(count)."""
        return [self.memory(contact_id) for _ in range(count)]
