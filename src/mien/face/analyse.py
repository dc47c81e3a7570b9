"""What is in a picture: its faces, measured. The main path of this package.

`analyse(image)` gives the faces, largest first, each with its landmarks, pose, identity descriptor,
colours and warnings; `report_faces(image)` wraps them up for JSON.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from mien.face import identity as identities
from mien.face.align import align_dlib, crop, five_points
from mien.face.colours import region_colours
from mien.face.detect import SURE, Detection, DetectorOptions, checked, search
from mien.face.landmarks import Landmarker, Located, default_landmarker, locate
from mien.face.pose import fit_pose
from mien.face.quality import VIEW_SIZE, warnings_of
from mien.face.regions import head_view
from mien.messages import text
from mien.types import Face, Image, Landmarks, RegionColours


@dataclasses.dataclass(frozen=True, eq=False)
class FaceReport:
    """The analysis of one picture.

    width, height   of the picture, in pixels
    faces           largest first
    too_small       faces left out because they were too small to measure
    landmarker      name of what found the points
    """

    width: int
    height: int
    faces: tuple[Face, ...]
    too_small: int
    landmarker: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know beside the faces' own warnings, one line each."""
        return (text("face.too_small", count=self.too_small),) if self.too_small else ()

    def to_json(self) -> dict[str, Any]:
        """Numbers, texts, lists and dicts only; identity descriptors stay out."""
        return {
            "width": self.width,
            "height": self.height,
            "landmarker": self.landmarker,
            "too_small": self.too_small,
            "faces": [to_json(face) for face in self.faces],
        }


def analyse(
    image: Image,
    *,
    landmarker: Landmarker | None = None,
    max_faces: int | None = None,
    options: DetectorOptions | None = None,
    with_identity: bool = True,
) -> list[Face]:
    """The faces of a picture, largest first; an empty list if there is none.

    image           (height, width, 3) uint8 RGB, or grey (height, width)
    landmarker      finds the 68 points; None: our own network
    max_faces       keep only the largest ones; None: all
    options         of the detector
    with_identity   False leaves `embedding` empty, (0,), and saves its time

    Raises InputError if `image` is not a picture, WeightsError if a model file is damaged.
    """
    report = report_faces(
        image,
        landmarker=landmarker,
        max_faces=max_faces,
        options=options,
        with_identity=with_identity,
    )
    return list(report.faces)


def report_faces(
    image: Image,
    *,
    landmarker: Landmarker | None = None,
    max_faces: int | None = None,
    options: DetectorOptions | None = None,
    with_identity: bool = True,
) -> FaceReport:
    """`analyse`, and what was left out."""
    image = checked(image)
    landmarker = landmarker or default_landmarker()
    found = search(image, options)
    places = [(one, locate(image, one, landmarker)) for one in found.faces]
    places = [(one, place) for one, place in places if _is_face(one, place, landmarker)]
    places.sort(key=lambda pair: pair[0].box.width, reverse=True)
    several = len(places) > 1
    faces = tuple(
        _measure(image, one, place.points, several=several, with_identity=with_identity)
        for one, place in places[:max_faces]
    )
    height, width = image.shape[:2]
    return FaceReport(width, height, faces, found.too_small, landmarker.name)


def _is_face(detection: Detection, place: Located, landmarker: Landmarker) -> bool:
    """Whether a detection is kept: sure, or with points that agree with their mirror image."""
    return detection.score >= SURE or place.unrest < landmarker.limits.doubt


def _measure(
    image: Image,
    detection: Detection,
    landmarks: Landmarks,
    *,
    several: bool,
    with_identity: bool,
) -> Face:
    points = five_points(landmarks)
    pose = fit_pose(landmarks).pose
    warnings = warnings_of(head_view(image, landmarks, VIEW_SIZE), landmarks, pose)
    embedding = np.zeros(0, np.float32)
    if with_identity:
        embedding = identities.embed([crop(image, align_dlib(points))])[0]
    return Face(
        box=detection.box,
        score=detection.score,
        landmarks=landmarks,
        landmarks5=points,
        pose=pose,
        embedding=embedding,
        colours=region_colours(image, landmarks),
        warnings=(*(("several",) if several else ()), *warnings),
    )


def to_json(face: Face) -> dict[str, Any]:
    """A face as numbers, texts, lists and dicts, rounded; without its identity descriptor."""
    box, pose = face.box, face.pose
    return {
        "box": [round(value, 1) for value in (box.left, box.top, box.right, box.bottom)],
        "score": round(face.score, 3),
        "pose": {
            "yaw": round(pose.yaw, 1),
            "pitch": round(pose.pitch, 1),
            "roll": round(pose.roll, 1),
        },
        "landmarks": np.round(face.landmarks, 2).tolist(),
        "landmarks5": np.round(face.landmarks5, 2).tolist(),
        "colours": _colours_to_json(face.colours),
        "warnings": list(face.warnings),
    }


def _colours_to_json(colours: RegionColours) -> dict[str, Any]:
    """Linear RGB triples by region, null where a region was not seen."""
    return {
        name: None if value is None else [round(channel, 4) for channel in value]
        for name, value in dataclasses.asdict(colours).items()
    }
