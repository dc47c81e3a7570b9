"""Faces over the network: VMC packets out and in, and iFacialMocap's lines in.

The Virtual Motion Capture protocol (protocol.vmc.info) is OSC: blend shapes by name, and the head
as a bone with a rotation in Unity's axes (x right, y up, z forward, left-handed). Names are ARKit's
52 and VRM's; what a sender says in VRM 0's words is understood too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.head import blendshapes
from mien.head.blendshapes import ARKIT_NAMES, VRM, Change, to_arkit_rows
from mien.head.schema import AU_INDEX, SPLIT_AUS
from mien.io.osc import Message, decode_packet, encode_packets
from mien.io.udp import Receiver, Sender
from mien.messages import text
from mien.persona.driver import AU_LIMIT, Driver
from mien.persona.subject import Motion
from mien.types import AU_NAMES, Pose

FloatArray = NDArray[np.float64]

VMC = "vmc"
"""What is written for packets where a clip could be named."""
VMC_PORT, FACE_PORT = 39539, 49983
"""Where VMC programs listen for a performer, and where iFacialMocap sends to."""
BLEND, APPLY, BONE, OK, TIME = (
    "/VMC/Ext/Blend/Val",
    "/VMC/Ext/Blend/Apply",
    "/VMC/Ext/Bone/Pos",
    "/VMC/Ext/OK",
    "/VMC/Ext/T",
)
_NECK_SHARE = 0.35
"""Of a turn of the head, that the neck does."""
_OLD_NAMES = {
    "joy": "happy",
    "sorrow": "sad",
    "fun": "relaxed",
    "a": "aa",
    "i": "ih",
    "u": "ou",
    "e": "ee",
    "o": "oh",
    "blink_l": "blinkLeft",
    "blink_r": "blinkRight",
}
_SHOWN_VRM = (*("happy", "angry", "sad", "surprised", "aa", "ih", "ou", "ee", "oh", "blink"),)
_PURSUIT = 4
_EYES = np.array([28.0, 20.0])
"""Degrees of a gaze of 1, right and up."""
_FACE_LINE = re.compile(r"=?([A-Za-z]+)#([-0-9.,eE]+)")
_FACE_VALUE = re.compile(r"([A-Za-z]+(?:_[LR])?)[-&](\d+(?:\.\d+)?)")


# --- out ------------------------------------------------------------------------------------


@functools.cache
def _to_arkit() -> FloatArray:
    """(26, 52) about what each AU of 1, then a gaze right, left, up and down of 1, is in ARKit."""
    count = len(AU_NAMES)
    rig = np.concatenate([np.eye(count), np.zeros((4, count))])
    gaze = np.zeros((count + 4, 2))
    gaze[count:] = [[1, 0], [-1, 0], [0, 1], [0, -1]]
    return to_arkit_rows(rig, gaze)


def arkit_weights(motion: Motion) -> dict[str, float]:
    """All 52 weights, 0..1, of a motion; `blendshapes.to_arkit` solved for each AU beforehand."""
    right, up = motion.gaze
    looks = np.array([max(right, 0.0), max(-right, 0.0), max(up, 0.0), max(-up, 0.0)])
    weights = np.clip(np.concatenate([motion.aus, looks]) @ _to_arkit(), 0.0, 1.0)
    return {name: float(value) for name, value in zip(ARKIT_NAMES, weights, strict=True)}


@functools.cache
def _vrm_rows() -> FloatArray:
    return np.stack([aus_of(VRM[name]) for name in _SHOWN_VRM])


def vrm_weights(motion: Motion) -> dict[str, float]:
    """Weights, 0..1, of VRM's moods, vowels and the blink: what is likest first, then the rest."""
    rows, left = _vrm_rows(), motion.aus.copy()
    sizes = (rows**2).sum(1)
    weights = np.zeros(len(rows))
    for _ in range(_PURSUIT):
        gains = np.clip(rows @ left / sizes, 0.0, 1.0 - weights)
        best = int(np.argmax(gains**2 * sizes))
        weights[best] += gains[best]
        left = left - gains[best] * rows[best]
    return {name: float(value) for name, value in zip(_SHOWN_VRM, weights, strict=True)}


def aus_of(change: Change) -> FloatArray:
    """(22,) Action Units of a change; of a unit that it moves on one side, half."""
    aus = np.zeros(len(AU_NAMES))
    for name, value in change.aus.items():
        if name in AU_INDEX:
            aus[AU_INDEX[name]] += value
        elif name[:-1] in SPLIT_AUS:
            aus[AU_INDEX[name[:-1]]] += 0.5 * value
    return np.clip(aus, 0.0, AU_LIMIT)


def quaternion(pose: Pose, share: float = 1.0) -> tuple[float, float, float, float]:
    """(x, y, z, w) of a share of a head's turn, in Unity's axes and order (z, x, y).

    The person faces +z; what turns to the picture's right turns to the person's own left.
    """
    x, y, z = np.deg2rad([pose.pitch, -pose.yaw, -pose.roll]) * share / 2
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    return (
        float(cy * sx * cz + sy * cx * sz),
        float(sy * cx * cz - cy * sx * sz),
        float(cy * cx * sz - sy * sx * cz),
        float(cy * cx * cz + sy * sx * sz),
    )


def pose_of(x: float, y: float, z: float, w: float) -> Pose:
    """The turn that a quaternion in Unity's axes tells; `quaternion`'s inverse."""
    length = float(np.sqrt(x * x + y * y + z * z + w * w))
    if length < 1e-6:
        return Pose()
    x, y, z, w = x / length, y / length, z / length, w / length
    pitch = np.arcsin(np.clip(2 * (w * x - y * z), -1.0, 1.0))
    yaw = np.arctan2(2 * (w * y + x * z), 1 - 2 * (x * x + y * y))
    roll = np.arctan2(2 * (w * z + x * y), 1 - 2 * (x * x + z * z))
    angles = np.clip(np.rad2deg([-yaw, pitch, -roll]), -90.0, 90.0)
    return Pose(*(float(value) for value in angles))


def vmc_messages(motion: Motion, seconds: float) -> list[Message]:
    """One frame as VMC messages: neck and head, ARKit's and VRM's shapes, and "apply"."""
    still = (0.0, 0.0, 0.0)
    turned = dataclasses.replace(motion.pose)
    neck = quaternion(turned, _NECK_SHARE)
    head = quaternion(turned, 1.0 - _NECK_SHARE)
    shapes = arkit_weights(motion) | vrm_weights(motion)
    return [
        Message(OK, (1,)),
        Message(TIME, (float(seconds),)),
        Message(BONE, ("Neck", *still, *neck)),
        Message(BONE, ("Head", *still, *head)),
        *(Message(BLEND, (name, float(value))) for name, value in shapes.items()),
        Message(APPLY),
    ]


class VmcSender:
    """Sends motions to a VMC program."""

    def __init__(self, host: str, port: int) -> None:
        """Raises OutputError for a host that cannot be found."""
        self._sender = Sender(host, port)

    def send(self, motion: Motion, seconds: float) -> None:
        """One frame, in a packet or a few."""
        for packet in encode_packets(vmc_messages(motion, seconds)):
            self._sender.send(packet)

    def close(self) -> None:
        """Give the socket back."""
        self._sender.close()


# --- in -------------------------------------------------------------------------------------


class FaceState:
    """What a sender has told so far: shapes by name, the turns of neck and head, and gaze.

    damaged  packets that could not be read
    """

    def __init__(self) -> None:
        self._shapes: dict[str, float] = {}
        self._bones: dict[str, Pose] = {}
        self._eyes: list[tuple[float, float]] = []
        self.damaged = 0
        self.frames = 0

    def take(self, data: bytes) -> bool:
        """Take one packet, VMC's or iFacialMocap's; True where it ends a frame."""
        try:
            if data[:1] in (b"/", b"#"):
                ended = [self._take(one) for one in decode_packet(data)]
                done = any(ended)
            else:
                done = self._take_line(data)
        except ValueError:
            self.damaged += 1
            return False
        self.frames += done
        return done

    def _take(self, message: Message) -> bool:
        values = message.values
        if message.address == BLEND and len(values) == 2 and isinstance(values[0], str):
            self._set(values[0], values[1])
        elif message.address == BONE and len(values) == 8 and values[0] in ("Head", "Neck"):
            numbers = [float(v) for v in values[4:] if isinstance(v, int | float)]
            if len(numbers) == 4:
                self._bones[str(values[0])] = pose_of(*numbers)
        return message.address == APPLY

    def _set(self, name: str, value: object) -> None:
        known = _known_name(name)
        if known is not None and isinstance(value, int | float):
            self._shapes[known] = min(1.0, max(0.0, float(value)))

    def _take_line(self, data: bytes) -> bool:
        """`jawOpen-40|...|=head#pitch,yaw,roll,x,y,z|rightEye#..|leftEye#..|`."""
        line = data.decode("ascii")  # UnicodeDecodeError is a ValueError
        found = False
        self._eyes = []
        for part in line.split("|"):
            bone, shape = _FACE_LINE.fullmatch(part.strip()), _FACE_VALUE.fullmatch(part.strip())
            if bone is not None:
                self._take_bone(bone[1], [float(v) for v in bone[2].split(",") if v])
                found = True
            elif shape is not None:
                self._set(_long_name(shape[1]), float(shape[2]) / 100.0)
                found = True
        if not found:
            raise ValueError("nothing of a face")
        return True

    def _take_bone(self, name: str, numbers: list[float]) -> None:
        if len(numbers) < 3 or not np.isfinite(numbers).all():
            raise ValueError("a turn without three angles")
        pitch, yaw, roll = (float(v) for v in np.clip(numbers[:3], -90.0, 90.0))
        if name == "head":
            self._bones = {"Head": Pose(yaw=-yaw, pitch=pitch, roll=-roll)}
        elif name in ("rightEye", "leftEye"):
            self._eyes.append((-yaw / _EYES[0], -pitch / _EYES[1]))

    def motion(self) -> Motion:
        """What the face does now."""
        change = Change()
        told = [name for name, value in self._shapes.items() if value > 0]
        arkit = [name for name in told if name in ARKIT_NAMES]
        # A sender of both kinds says everything twice: ARKit's are finer.
        for name in arkit or told:
            table = blendshapes.arkit if arkit else blendshapes.vrm
            change = change.plus(table(name).times(self._shapes[name]))
        gaze = change.gaze
        if self._eyes:
            right, up = np.clip(np.mean(self._eyes, axis=0), -1.0, 1.0)
            gaze = (float(right), float(up))
        turns = np.array([pose.as_tuple() for pose in self._bones.values()]).reshape(-1, 3).sum(0)
        return Motion(aus_of(change), Pose(*(float(v) for v in turns)), gaze)


_KNOWN: Mapping[str, str] = {
    **{name.lower(): name for name in (*VRM, *ARKIT_NAMES)},
    **_OLD_NAMES,
}


def _known_name(name: str) -> str | None:
    return _KNOWN.get(name.lower())


def _long_name(name: str) -> str:
    """iFacialMocap's `eyeBlink_L` in ARKit's words."""
    for short, long in (("_L", "Left"), ("_R", "Right")):
        if name.endswith(short):
            return name.removesuffix(short) + long
    return name


class FaceReceiver:
    """A face that another program tells: `take` gives its motion whenever there is a new one."""

    def __init__(self, port: int) -> None:
        """Listens on 127.0.0.1; raises InputError where the port is taken."""
        self._receiver = Receiver(port)
        self.state = FaceState()
        self._first: float | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._receiver.port

    def take(self, patience: float) -> tuple[float, Motion] | None:
        """Seconds since the first frame and the newest one; None after so long without any."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            ended = [self.state.take(packet) for packet in self._receiver.wait(left)]
            if any(ended):
                now = time.monotonic()
                self._first = now if self._first is None else self._first
                return now - self._first, self.state.motion()
        return None

    def close(self) -> None:
        """Give the port back."""
        self._receiver.close()


def follow_packets(
    receiver: FaceReceiver,
    *,
    limit: int | None = None,
    patience: float = 10.0,
    told: Callable[[int], None] = lambda frames: None,
) -> Driver:
    """The driver that another program tells, until it is silent for so long, or Ctrl-C.

    Its rest is the empty face. Raises InputError where nothing comes.
    """
    times: list[float] = []
    motions: list[Motion] = []
    with contextlib.suppress(KeyboardInterrupt):  # how a live clip ends
        while limit is None or len(times) < limit:
            taken = receiver.take(patience)
            if taken is None:
                break
            seconds, motion = taken
            if times and seconds <= times[-1]:
                continue
            times.append(seconds)
            motions.append(motion)
            told(len(times))
    if not times:
        shown = {"port": receiver.port, "damaged": receiver.state.damaged}
        raise InputError(text("vmc.silent", **shown))
    return Driver(
        times=np.array(times),
        aus=np.stack([one.aus for one in motions]),
        pose=np.array([one.pose.as_tuple() for one in motions]),
        gaze=np.array([one.gaze for one in motions]),
        confidence=np.ones(len(times)),
    )


def send_driver(sender: VmcSender, driver: Driver) -> None:
    """Every frame of a driver when its time has come; Ctrl-C ends it."""
    start = time.monotonic()
    with contextlib.suppress(KeyboardInterrupt):
        for k, due in enumerate(driver.times - driver.times[0]):
            time.sleep(max(0.0, start + float(due) - time.monotonic()))
            sender.send(driver.motion(k), float(due))
