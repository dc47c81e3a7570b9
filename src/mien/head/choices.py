"""What can be chosen by name on a head, looked up only when options are shown or read."""

from __future__ import annotations


def hair_styles() -> tuple[str, ...]:
    """The hair styles."""
    from mien.head.schema import HAIR_STYLES

    return HAIR_STYLES


def facial_hair() -> tuple[str, ...]:
    """What grows on faces; "none" is one."""
    from mien.head.schema import FACIAL_HAIR

    return FACIAL_HAIR


def glasses() -> tuple[str, ...]:
    """The frames of glasses; "none" is one."""
    from mien.head.schema import GLASSES

    return GLASSES
