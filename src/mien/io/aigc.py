"""China's implicit label of synthetic content: the metadata field `AIGC`.

"Measures for Labeling AI-Generated Synthetic Content" and GB 45438-2025, both in force since
1 September 2025, want seven texts in the metadata of a file. In XMP they stand as one JSON text
in the property `AIGC` of the namespace TC260 (practice guide TC260-PG-20258A), in an mp4 under
the key of that name. Nothing in ours is about a person: the producer is the program.
"""

from __future__ import annotations

import json

KEY = "AIGC"
FIELDS = (
    *("Label", "ContentProducer", "ProduceID", "ReservedCode1"),
    *("ContentPropagator", "PropagateID", "ReservedCode2"),
)
GENERATED, PERHAPS, SUSPECTED = "1", "2", "3"
"""Values of `Label`: it is, it may be, it is suspected to be AI-generated."""
_LONGEST = 512


def label_of(number: str) -> dict[str, str]:
    """The field of a result of mien's.

    number   `Provenance.number()`, hexadecimal

    Who propagates content fills in the second half; the reserved codes stay empty.
    """
    own = {"Label": GENERATED, "ContentProducer": "mien", "ProduceID": f"mien-{number}"}
    return {name: own.get(name, "") for name in FIELDS}


def read_label(written: str) -> dict[str, str] | None:
    """The seven texts in a JSON text, missing ones empty; None where it is no such label."""
    if len(written) > len(FIELDS) * _LONGEST:
        return None
    try:
        values = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if isinstance(values, dict) and isinstance(values.get(KEY), dict):
        values = values[KEY]  # some write the name of the field once more
    if not isinstance(values, dict) or "Label" not in values:
        return None
    found = {name: values.get(name, "") for name in FIELDS}
    if not all(isinstance(one, str) and len(one) <= _LONGEST for one in found.values()):
        return None
    return found
