"""Mutants that nobody can tell from the code, each with the reason."""

from typing import Final

_PAGES: Final = "another size of a page, read to its end all the same"
_COUNTED: Final = "a text so near the limit is encoded and counted all the same"
_LATER: Final = "the clock stands above every such number"
_SCALARS: Final = "what is written holds no object, so that no colon stands in it"

_CLOSE: Final = "the close look comes to the same"

SURVIVORS: Final[dict[str, str]] = {
    "audit.: 1000 -> 1001": _PAGES,
    "audit.: 1000 -> 999": _PAGES,
    "chain.gather: 0 -> -1": "all of them are of one chain and one contact",
    "chain.restore: newest.number > latest.number -> newest.number >= latest.number": (
        "a marked version and a living one of a chain never have one number"
    ),
    "cursor._digest: ':' -> 'XX:'": _SCALARS,
    "cursor.encode: ':' -> 'XX:'": _SCALARS,
    "cursor.encode: '=' -> 'XX='": "a position ends in ']', so that no cursor ends in X",
    "filters.Filter: False -> True": "nobody asks a filter for its hash",
    "ids.UUID7.__init__: 0 -> -1": _LATER,
    "ids.UUID7.__init__: 0 -> 1": _LATER,
    "ids.UUID7.__call__: 0 -> -1": "the first of one is the last",
    "ids.UUID7.texts: not step or not made -> True": "what is worked out again is the same",
    "validation._plain: return type(value) is str and value.isascii() and (0 < len(value) <= most)"
    " and (not value.isspace()) and ('\\x00' not in value) -> return None": _CLOSE,
    "work.Work.go_on: 0 -> -1": "the first of one is the last",
    "validation._plain: 0 -> 1": "a text of one character is looked at closely, and passes",
    "validation._check_keys: 0 -> 1": "keys that fill all the room leave none for their values",
    "validation._check_storable: not value.isascii() -> True": "an ASCII text is encoded in vain",
    "validation.categories: not _plain(label, MAX_NAME) -> True": _CLOSE,
    "validation.draft: event_end is not None -> True": "what has no end is in order",
    "validation.text: _plain(value, most) -> False": _CLOSE,
    "validation.fits: 4 -> 5": _COUNTED,
    "validation.fits: len(said) * 4 <= most_bytes -> len(said) * 4 < most_bytes": _COUNTED,
    "validation.metadata: not value -> False": "an empty dict is encoded as {} all the same",
    "validation.moment: type(value) is datetime and value.tzinfo is UTC and (not value.fold)"
    " -> False": "the long way leads to an equal one",
}
