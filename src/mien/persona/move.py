"""Moving a photo: the face takes another expression, pose or gaze, in the photo's own pixels.

subject -> head in the photo, anchored to its landmarks (slow, once)
motion  -> head as it shall be -> exact backward flow -> photo warped once, relit
        -> mouth, eyeballs and lids, the only parts that are painted
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.layout import ACROSS, HAIRLINE, PART_EAR, PART_EYE, REST, Float32, Visibility
from mien.head.raster import rasterise, vertex_normals
from mien.head.schema import AU_INDEX
from mien.head.template import load
from mien.persona.anchor import (
    Posed,
    find_anchors,
    look_back,
    model_landmarks,
    moving_triangles,
    pose_head,
)
from mien.persona.creases import Folding, fold_depth, look_at, skin_of
from mien.persona.eyes import complete_eyes, lid_shade, paint_eye, repaint_share
from mien.persona.flow import EYEBALL, TURNED_REACH, Flow, Source, find_flow, warp
from mien.persona.glasses import carried, find_frame, held_still
from mien.persona.lids import close_eyes
from mien.persona.mouth import Lips, gap_of, look_inside, paint_mouth
from mien.persona.shading import log_light
from mien.persona.subject import (
    Motion,
    Subject,
    quarter_turns,
    turn_matrix,
    turned_photo,
)
from mien.persona.teeth import quadratic_map
from mien.persona.window import Place, Window, window_around
from mien.types import Image, Landmarks, Pose

_BLINK = AU_INDEX["AU45"]
_EMPHASIS = {"AU4": 1.25}
"""Factors on what expressions change. Left at 1, a frown is weak: the flow smooths its narrow peak
away, and of what is left a detector finds two thirds again (.67 on 18 photos; .85 with 1.25)."""
_LOWERED_LID = 0.3  # upper lids follow eyes that look down
_NECK = -15.0  # cm at rest: skin below it keeps still
# What a turned head may take from the photo as it is: n_z of its surface and depth at rest (cm),
# from where to where. Hair hides the scalp's true place, so less of it is trusted.
_FACE_NORMAL, _FACE_DEPTH = (0.10, 0.40), (-8.5, -6.0)
_SCALP_NORMAL, _SCALP_DEPTH = (0.25, 0.60), (-7.0, -3.5)
_CHIN = (-13.5, -12.0)  # cm at rest: from the neck to the face
_HAIRLINE = (-2.5, 0.0)  # cm above the hairline: from face to scalp
_TURN_DEGREES = 3.0
"""A head turned by this much or more is a turned head; below, the two rules are mixed."""
_LIP_RING = 3  # of the head's mouth rings: where the lips end inwards


@dataclasses.dataclass(frozen=True, eq=False)
class Moved:
    """A moved photo.

    image      (h, w, 3) uint8, the size of the photo
    landmarks  (68, 2) where the moved face should have them, photo pixels
    flow       what moved it, in the mover's window; of the photo turned so that the face is upright
    """

    image: Image
    landmarks: Landmarks
    flow: Flow


class Mover:
    """A subject made ready to be moved: slow to make (0.1 s), then fast (some 25 ms a move).

    Turns of more than 15 degrees of yaw or 8 of pitch ask for what a photo does not show: they
    are done, but hair and ears suffer.

    subject  of the photo, turned by quarters where the face lies on its side
    """

    def __init__(self, subject: Subject) -> None:
        self._turns = quarter_turns(subject.landmarks)
        subject = turned_photo(subject, self._turns)
        self.subject = subject
        self.window = _window(subject)
        self.eyes = subject.eye_distance * self.window.scale[0]
        self._photo = subject.photo[self.window.rows, self.window.columns]
        self._still = pose_head(subject, self.window, subject.motion)
        self._own = model_landmarks(self._still, subject.material)
        seen = affine.transform(self.window.from_photo(), subject.landmarks)
        self._anchors = find_anchors(self._still, seen, self._own, self.eyes)
        self._triangles, self._parts = moving_triangles(self._still.mesh)
        screen = self._anchored(self._still)
        visible = self.rasterise(screen)
        self.source = self._make_source(screen, visible)
        is_eye = (self._parts == PART_EYE)[np.maximum(visible.triangle, 0)]
        self._opening = ((visible.triangle >= 0) & is_eye).astype(np.float32)
        corner = (self.window.left, self.window.top)
        self.inside = look_inside(
            self._photo, subject.landmarks - corner, subject.light, subject.eye_distance
        )
        self._frame: NDArray[np.bool_] | None = None
        self._held: NDArray[np.floating] | None = None
        if "glasses" in subject.warnings:
            self._frame = find_frame(self._photo, subject.landmarks - corner, subject.eye_distance)
            self._held = held_still(self._frame, self.window, self.eyes)
        self._folding = self._make_folding()
        self._eyeballs = complete_eyes(
            subject.photo, subject.landmarks, corner, self.window.enlarge(self._opening)
        )

    def move(self, motion: Motion) -> Moved:
        """The photo in another motion; identity and all that the motion does not say stay."""
        subject, window = self.subject, self.window
        posed = pose_head(subject, window, self._drawn(motion))
        screen = self._anchored(posed)
        normals = vertex_normals(posed.vertices, posed.mesh.triangles)
        seen = self.rasterise(screen)
        flow = find_flow(
            self._looking(motion.gaze),
            seen,
            log_light(normals, subject.light),
            turned=_turned(subject.motion.pose, motion.pose),
            eyes=self.eyes,
            held=self._held,
        )
        folds = self._folding.gain(seen, posed, normals, flow.shift)
        flow = dataclasses.replace(flow, folds=folds)
        part, eyes = warp(self._photo, window, flow), subject.eye_distance
        paint_mouth(part, self._photo, self.inside, self._lips(screen, flow), eyes)
        self._paint_eyes(part, flow)
        landmarks = self._landmarks(posed)
        self._close_eyes(part, landmarks, motion, flow)
        image = subject.photo.copy()
        image[window.rows, window.columns] = part
        return self._turned_back(image, landmarks, flow)

    def intended(self, motion: Motion) -> Landmarks:
        """(68, 2) where the head alone would have the landmarks; of photos that stand upright."""
        posed = pose_head(self.subject, self.window, motion)
        return self._landmarks(posed)

    def _turned_back(self, image: Image, landmarks: Landmarks, flow: Flow) -> Moved:
        if self._turns == 0:
            return Moved(image, landmarks, flow)
        matrix = turn_matrix(image.shape, -self._turns)
        turned = np.ascontiguousarray(np.rot90(image, -self._turns))
        return Moved(turned, affine.transform(matrix, landmarks), flow)

    def _make_source(self, screen: Float32, visible: Visibility) -> Source:
        mesh, template = self._still.mesh, load()
        normals = vertex_normals(self._still.vertices, mesh.triangles)
        seam = np.zeros(len(screen), np.uint8)
        seam[template.eye_rings.ravel()] = 1
        seam[template.mouth_rings[_LIP_RING:9].ravel()] = 1
        facing = normals[self._triangles, 2].mean(1)
        height, depth, above = (
            mesh.attributes[self._triangles, column].mean(1)
            for column in (REST + 1, REST + 2, HAIRLINE)
        )
        face = _rising(facing, *_FACE_NORMAL) * _rising(depth, *_FACE_DEPTH)
        scalp = _rising(facing, *_SCALP_NORMAL) * _rising(depth, *_SCALP_DEPTH)
        hairy = np.where(self._parts == PART_EAR, 1.0, _rising(above, *_HAIRLINE))
        trusted = face + (scalp - face) * hairy
        frontal = np.where(self._parts == PART_EYE, 1.0, trusted)
        return Source(
            screen=screen,
            triangles=self._triangles,
            parts=self._parts,
            lip_level=np.ascontiguousarray(mesh.attributes[:, ACROSS]),
            seam=seam,
            expressive=_rising(height, *_CHIN).astype(np.float32),
            frontal=frontal.astype(np.float32),
            log_light=log_light(normals, self.subject.light),
            depth=visible.depth,
            stillness=self.window.stillness(self.subject.photo),
        )

    def _make_folding(self) -> Folding:
        look = look_at(self.subject, self.window)
        skin = skin_of(look)
        if self._held is not None:
            skin *= 1.0 - self._held
        return Folding(
            subject=self.subject,
            eyes=self.eyes,
            still=self._still,
            triangles=self._triangles,
            parts=self._parts,
            skin=skin,
            depth=fold_depth(look, self.eyes),
        )

    def _anchored(self, posed: Posed) -> Float32:
        screen = posed.screen.copy()
        screen[:, :2] += self._anchors.of(posed)
        return screen

    def rasterise(self, screen: Float32) -> Visibility:
        """What the window shows of a head with these vertices (n, 3)."""
        size = (self.window.width, self.window.height)
        attributes = self._still.mesh.attributes
        return rasterise(screen, self._triangles, self._parts, attributes, *size)

    def _drawn(self, motion: Motion) -> Motion:
        """What the model does of a motion: lids close by paint, and eyes look by `look_back`.

        Half-closed eyes are opened as others are widened; of closed ones the photo shows nothing.
        """
        aus, still = motion.aus.copy(), self.subject.motion.aus
        for name, factor in _EMPHASIS.items():
            place = AU_INDEX[name]
            aus[place] = still[place] + factor * (aus[place] - still[place])
        opens = bool(self._eyeballs) and motion.aus[_BLINK] < still[_BLINK]
        aus[_BLINK] = motion.aus[_BLINK] if opens else still[_BLINK]
        return Motion(aus, motion.pose, self.subject.motion.gaze)

    def _looking(self, gaze: tuple[float, float]) -> Source:
        """The source of a gaze."""
        if gaze == self.subject.motion.gaze:
            return self.source
        posed = look_back(self.subject, self.window, self._still, gaze)
        return self.source._replace(screen=self._anchored(posed))

    def _paint_eyes(self, part: Image, flow: Flow) -> None:
        window, eyeball = self.window, flow.kind == EYEBALL
        share = repaint_share(flow.exact, flow.shift, eyeball, self._opening)
        if not share.any():
            return
        shade = lid_shade(eyeball, self.eyes)
        scale = np.array(window.scale, np.float32)
        for one in self._eyeballs:
            values = (window.at(map_, one.place) for map_ in (flow.exact, share, shade))
            shift, repainted, lit = values
            paint_eye(part, one, shift / scale, repainted, lit)

    def _close_eyes(self, part: Image, landmarks: Landmarks, motion: Motion, flow: Flow) -> None:
        """Close the eyes behind glasses, where there are any."""
        amount = self._closing(motion)
        before = part.copy() if amount > 0.0 and self._frame is not None else part
        corner = (self.window.left, self.window.top)
        close_eyes(part, landmarks - corner, amount, self.subject.eye_distance)
        if before is not part and self._frame is not None:
            share = carried(self._frame, self.window, flow.shift)
            part[:] = np.rint(part + (before - part.astype(np.float32)) * share)

    def _closing(self, motion: Motion) -> float:
        """How much of what is open of the eyes is to be closed."""
        still = self.subject.motion
        before = float(still.aus[_BLINK])
        if before > 0.7:
            return 0.0
        blink = (float(motion.aus[_BLINK]) - before) / (1.0 - before)
        lowered = still.gaze[1] - motion.gaze[1]
        return float(np.clip(max(blink, 0.0) + _LOWERED_LID * max(lowered, 0.0), 0.0, 1.0))

    def _lips(self, screen: Float32, flow: Flow) -> Lips:
        """The mouth at anchored vertices `screen` (n, 3), in photo pixels of the window."""
        template, mesh = load(), self._still.mesh
        scale = np.array(self.window.scale)

        def pixels(vertices: Float32, ids: NDArray[np.int64]) -> NDArray[np.float64]:
            return vertices[ids, :2].astype(np.float64) / scale - 0.5

        def stretch(place: Place) -> NDArray[np.floating]:
            return self.window.at(flow.shift, place) / scale.astype(np.float32)

        ring = template.mouth_rings[_LIP_RING]
        now, before = pixels(screen, ring), pixels(self.source.screen, ring)
        is_lower = template.arrays["teeth.lower"] > 0
        rows = [mesh.first["teeth"] + np.flatnonzero(row) for row in (~is_lower, is_lower)]
        moved = [(pixels(screen, ids), pixels(self.source.screen, ids)) for ids in rows]
        rest = mesh.attributes[:, REST : REST + 2]
        maps = [quadratic_map(to, rest[ids]) for (to, _), ids in zip(moved, rows, strict=True)]
        return Lips(
            ring=now,
            gap=gap_of(now),
            gap_before=gap_of(before),
            stretch=stretch,
            upper=affine.similarity(*moved[0]),
            lower=affine.similarity(*moved[1]),
            upper_teeth=maps[0],
            lower_teeth=maps[1],
        )

    def _landmarks(self, posed: Posed) -> Landmarks:
        """Where the photo's landmarks go: moved as the model's."""
        moved = model_landmarks(posed, self.subject.material) - self._own
        return self.subject.landmarks + moved / np.array(self.window.scale)


def _window(subject: Subject) -> Window:
    """The window of everything that can move."""
    rough = window_around(subject.landmarks, subject.photo.shape, eyes=1e9, reach=0.0)
    posed = pose_head(subject, rough, subject.motion)
    mesh = posed.mesh
    skin = np.flatnonzero(mesh.attributes[: mesh.head_count, REST + 1] > _NECK)
    to_photo = affine.invert(rough.from_photo())
    points = affine.transform(to_photo, posed.screen[skin, :2] - 0.5)
    eyes = subject.eye_distance
    reach = (TURNED_REACH + 0.1) * eyes
    return window_around(points, subject.photo.shape, eyes=eyes, reach=reach)


def _rising(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    """Smooth step from 0 at `low` to 1 at `high`."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3 - 2 * share)


def _turned(before: Pose, after: Pose) -> float:
    """0 for the same pose, 1 for a head turned by a few degrees or more."""
    change = np.subtract(after.as_tuple(), before.as_tuple())
    share = float(np.clip(np.hypot.reduce(change) / _TURN_DEGREES, 0.0, 1.0))
    return share * share * (3 - 2 * share)
