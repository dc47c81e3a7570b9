"""Which pixels of a photo are hair: colours voted for by place, cut along edges.

The bald head of the fit says where hair may be: on the scalp, in a ring around the skull, hanging
beside the face. Colours are quantised to a few dozen clusters. A cluster is hair when it is
commoner on the scalp than in the face (for pixels on the head) or in the background (for pixels
beside it). Place and colour add up as log odds; a guided filter makes the result follow edges.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.schema import LABEL
from mien.persona.light_fit import lab_of
from mien.persona.placement import Sight

Mask = NDArray[np.bool_]
Map = NDArray[np.float32]

CLUSTERS = 24
_SOFTNESS = 5.0  # Lab units within which a pixel shares clusters
_LIGHTNESS_WEIGHT = 0.7  # shading changes lightness more than colour
_COLOUR_WEIGHT = 1.5
_FLOOR = 0.004  # share below which a cluster's absence says little
_CLIP = 2.5
_EDGE_RADIUS_CM, _EDGE_NOISE = 0.9, 2e-3
_CLOSING_CM = 0.9
_BALD_LIKENESS, _BALD_RATIO, _BALD_RING = 0.66, 0.45, 0.35


@dataclasses.dataclass(frozen=True, eq=False)
class HeadMap:
    """Where things are in a sight; all (s, s).

    right, up   cm from the middle between the eyes, along the head's own axes
    outside     cm to the bald skull, 0 on it
    face        skin above the neck; neck; ear
    """

    right: Map
    up: Map
    outside: Map
    face: Mask
    neck: Mask
    ear: Mask
    hairline: Map
    labels: NDArray[np.uint8]
    rest: Map

    @property
    def on_head(self) -> Mask:
        """Face, neck and ears: where hair competes with skin."""
        return self.face | self.neck | self.ear


def head_map(view: Sight, roll: float) -> HeadMap:
    """The map of a sight whose head is tilted by `roll` degrees."""
    drawn, unit = view.drawn, view.unit
    rest = np.nan_to_num(drawn.rest, nan=-99.0)
    eyes = (view.landmarks[36] + view.landmarks[45]) / 2
    rows, columns = np.mgrid[: drawn.labels.shape[0], : drawn.labels.shape[1]].astype(np.float32)
    x, y = (columns - eyes[0]) / unit, (eyes[1] - rows) / unit
    cosine, sine = np.cos(np.deg2rad(roll)), np.sin(np.deg2rad(roll))
    skin = drawn.hairline > -90
    features = np.isin(
        drawn.labels, [LABEL[n] for n in ("mouth", "sclera", "iris", "teeth", "lash")]
    )
    skull = (skin & (rest[..., 1] > -12.5)) | features
    outside = cv2.distanceTransform((~skull).astype(np.uint8), cv2.DIST_L2, 5) / unit
    neck = skin & (rest[..., 1] < -11.5)
    return HeadMap(
        right=(x * cosine + y * sine).astype(np.float32),
        up=(-x * sine + y * cosine).astype(np.float32),
        outside=outside.astype(np.float32),
        face=(skin & ~neck) | features,
        neck=neck,
        ear=drawn.labels == LABEL["ear"],
        hairline=drawn.hairline,
        labels=drawn.labels,
        rest=rest,
    )


def place_odds(head: HeadMap) -> Map:
    """(s, s) log odds of hair from the place alone."""
    odds = np.full(head.up.shape, -3.0, np.float32)
    beside = ~head.on_head
    high = head.up > -1.5
    odds = np.where(beside & high, 0.5 - 0.9 * head.outside, odds)
    hanging = -0.9 - 0.55 * np.maximum(head.outside - 1.2, 0) - 0.05 * np.maximum(-3 - head.up, 0)
    hanging = np.where(head.up > -19, np.maximum(hanging, -4.0), -3.5)
    odds = np.where(beside & ~high, hanging, odds)
    odds = np.where(head.ear, -0.8, odds)
    odds = np.where(head.neck | (head.labels == LABEL["shirt"]), -2.2, odds)
    line = np.interp(head.hairline, [-3.6, -2.0, -0.5, 0.4, 1.5], [-4.5, -2.0, -0.4, 1.2, 2.4])
    odds = np.where(head.face, line, odds)
    temple = head.face & (np.abs(head.rest[..., 0]) > 5.6) & (head.rest[..., 1] < 3)
    odds = np.where(temple, np.maximum(odds, -2.2), odds)
    inner = head.face & (head.labels != LABEL["skin"])
    return np.where(inner, -7.0, odds).astype(np.float32)


def hair_mask(view: Sight, head: HeadMap) -> Mask:
    """(s, s) True where the photo shows the person's hair."""
    odds = place_odds(head)
    share = colour_shares(view)
    inside = view.inside.ravel().astype(np.float32)
    on_head, high = head.on_head.ravel(), (head.up > -1.5).ravel()
    away, line = head.outside.ravel(), head.hairline.ravel()

    def histogram(weight: NDArray[np.floating]) -> NDArray[np.floating]:
        weight = weight * inside
        return (share * weight[:, None]).sum(0) / max(float(weight.sum()), 1e-6)

    x, y = np.abs(head.rest[..., 0]), head.rest[..., 1]
    skin = head.face & (head.hairline < -1.5) & (y > -10) & (x < 5.5)
    skin &= head.labels == LABEL["skin"]
    room = ((away > 2.6) & high & ~on_head) | ((away > 7) & ~high & (head.up.ravel() > -14))
    of_skin = histogram(skin.ravel().astype(np.float32))
    of_room = histogram(room.astype(np.float32) * np.clip(1.3 - away / 16, 0, 1))
    face = head.face.ravel()
    seed = face * np.interp(line, [0.2, 1.2], [0.0, 1.0]).astype(np.float32)
    probability = np.zeros_like(away)
    for _ in range(2):
        of_hair = histogram(seed)
        against_skin = np.log((of_hair + _FLOOR) / (of_skin + _FLOOR)).clip(-_CLIP, _CLIP)
        against_room = np.log((of_hair + _FLOOR) / (of_room + _FLOOR)).clip(-_CLIP, _CLIP)
        colour = np.where(on_head, share @ against_skin, share @ against_room)
        probability = 1 / (1 + np.exp(-(odds.ravel() + _COLOUR_WEIGHT * colour)))
        near = 0.5 * ((away < 0.8) & high & ~on_head)
        grown = np.interp(line, [-0.3, 0.8], [0.0, 1.0])
        seed = ((face * grown + near) * probability).astype(np.float32)
    smooth = _guided(view, probability.reshape(odds.shape).astype(np.float32))
    return connected(_closed((smooth > 0.5) & view.inside, view, head), head)


def colour_shares(view: Sight) -> Map:
    """(pixels, clusters) how much each pixel belongs to each colour cluster."""
    lab = lab_of(np.asarray(cv2.GaussianBlur(view.image, (0, 0), 0.7), np.uint8)) * [
        _LIGHTNESS_WEIGHT,
        1.0,
        1.0,
    ]
    values = np.ascontiguousarray(lab.reshape(-1, 3), np.float32)
    centres = _cluster_centres(values[::3])
    distance = (values**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * values @ centres.T
    nearest = distance.min(1, keepdims=True)
    share = np.exp(-(distance - nearest) / (2 * _SOFTNESS**2))
    return (share / share.sum(1, keepdims=True)).astype(np.float32)


def _cluster_centres(values: Map) -> Map:
    """Lloyd's algorithm from quantiles along the axes, so that equal pictures give equal masks."""
    order = np.lexsort((values[:, 2], values[:, 1], values[:, 0]))
    starts = values[order[np.linspace(0, len(values) - 1, CLUSTERS).astype(int)]]
    labels = np.argmin(((values[:, None] - starts[None]) ** 2).sum(2), axis=1).astype(np.int32)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 0.5)
    _, _, centres = cv2.kmeans(
        values, CLUSTERS, labels[:, None], stop, 1, cv2.KMEANS_USE_INITIAL_LABELS
    )
    return np.asarray(centres, np.float32)


def _guided(view: Sight, values: Map) -> Map:
    """Guided filter (He et al. 2013) by the photo's lightness."""
    guide = lab_of(view.image)[..., 0] / 100.0
    side = 2 * max(1, round(_EDGE_RADIUS_CM * view.unit)) + 1

    def mean(values: NDArray[np.floating]) -> Map:
        return np.asarray(cv2.blur(values, (side, side)), np.float32)

    mean_guide, mean_values = mean(guide), mean(values)
    covariance = mean(guide * values) - mean_guide * mean_values
    slope = covariance / (mean(guide * guide) - mean_guide**2 + _EDGE_NOISE)
    offset = mean_values - slope * mean_guide
    return np.asarray(mean(slope) * guide + mean(offset), np.float32)


def _closed(mask: Mask, view: Sight, head: HeadMap) -> Mask:
    """Small gaps inside the hair, highlights mostly, filled."""
    side = 2 * round(_CLOSING_CM * view.unit) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disc).astype(bool)
    allowed = (head.face & (head.hairline > -0.2)) | (~head.on_head & (head.up > -1))
    return mask | (closed & allowed & view.inside)


def connected(mask: Mask, head: HeadMap) -> Mask:
    """Only the pieces that touch the scalp."""
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    scalp = (head.face & (head.hairline > 0.2)) | ((head.outside < 1) & (head.up > 3) & ~head.face)
    touching = np.bincount(pieces[scalp & mask], minlength=count) > 6
    touching[0] = False
    return touching[np.asarray(pieces, np.int32)]


def share_of(mask: Mask, zone: Mask) -> float:
    """How much of a zone the mask covers, 0..1."""
    return float((mask & zone).sum() / max(zone.sum(), 1))


def is_bare(view: Sight, head: HeadMap, mask: Mask) -> bool:
    """Whether what these rules take for hair on the scalp is skin.

    It has the face's colours, and nothing stands around the skull.
    """
    overlap, density = _bareness(view, head)
    # Just outside the skull, above the ears: where hair stands.
    ring = ~head.on_head & (head.outside > 0.25) & (head.outside < 1.5) & (head.up > 2)
    stands = share_of(mask, ring & view.inside)
    return overlap > _BALD_LIKENESS and density > _BALD_RATIO and stands < _BALD_RING


def _bareness(view: Sight, head: HeadMap) -> tuple[float, float]:
    share = colour_shares(view)
    skin, scalp = _plain_skin(head), head.face & (head.hairline > 0.6) & view.inside
    if not (skin.any() and scalp.any()):
        return (0.0, 0.0)
    of_skin, of_scalp = share[skin.ravel()].mean(0), share[scalp.ravel()].mean(0)
    overlap = float(np.sqrt(of_skin * of_scalp).sum())
    density = float(of_scalp @ of_skin / max(float(of_skin @ of_skin), 1e-6))
    return (overlap, density)


def _plain_skin(head: HeadMap) -> Mask:
    x, y = np.abs(head.rest[..., 0]), head.rest[..., 1]
    skin = head.face & (head.hairline < -1.5) & (y > -10) & (x < 5.5)
    return skin & (head.labels == LABEL["skin"])
