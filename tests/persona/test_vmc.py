from __future__ import annotations

import threading

import numpy as np
import pytest

from mien.errors import InputError
from mien.head.blendshapes import ARKIT_NAMES, to_arkit
from mien.head.schema import AU_INDEX
from mien.io.osc import Message, decode_packet, encode_bundle, encode_packets
from mien.io.udp import Receiver, Sender
from mien.persona.driver import driver_of
from mien.persona.subject import Motion
from mien.persona.vmc import (
    BLEND,
    BONE,
    FaceReceiver,
    FaceState,
    VmcSender,
    arkit_weights,
    follow_packets,
    pose_of,
    quaternion,
    send_driver,
    vmc_messages,
    vrm_weights,
)
from mien.seeding import rng
from mien.types import AU_NAMES, Pose

POSES = [Pose(20, 0, 0), Pose(0, 15, 0), Pose(0, 0, -10), Pose(-25, 10, 5), Pose()]


def motion(**values: float) -> Motion:
    aus = np.zeros(len(AU_NAMES))
    for name, value in values.items():
        aus[AU_INDEX[name]] = value
    return Motion(aus, Pose(10.0, -5.0, 3.0), (0.4, -0.2))


@pytest.mark.parametrize("pose", POSES)
def test_a_turn_survives_as_a_quaternion(pose: Pose) -> None:
    assert np.allclose(pose_of(*quaternion(pose)).as_tuple(), pose.as_tuple(), atol=1e-9)
    assert np.linalg.norm(quaternion(pose)) == pytest.approx(1.0)


def test_turns_have_unitys_signs() -> None:
    # Unity is left-handed: a positive turn about y brings +z to +x, the avatar's own right.
    assert quaternion(Pose(yaw=20))[1] < 0
    assert quaternion(Pose(pitch=20))[0] > 0
    assert quaternion(Pose(roll=20))[2] < 0


def test_weights_are_near_those_of_the_slow_way() -> None:
    random = rng("vmc")
    for _ in range(5):
        aus = np.where(random.random(len(AU_NAMES)) < 0.3, random.random(len(AU_NAMES)), 0.0)
        gaze = tuple(float(v) for v in random.uniform(-1, 1, 2))
        quick = arkit_weights(Motion(aus, Pose(), gaze))  # type: ignore[arg-type]
        slow = to_arkit(dict(zip(AU_NAMES, map(float, aus), strict=True)), gaze)  # type: ignore[arg-type]
        apart = [abs(quick[name] - slow[name]) for name in ARKIT_NAMES]
        assert np.mean(apart) < 0.04
        assert set(quick) == set(ARKIT_NAMES)
        assert 0.0 <= min(quick.values()) <= max(quick.values()) <= 1.0


def test_vrms_moods_are_recognised() -> None:
    happy = vrm_weights(motion(AU6=0.7, AU12=0.85, AU25=0.2))
    assert happy["happy"] == pytest.approx(1.0, abs=0.05)
    assert sum(happy.values()) < 1.3
    assert vrm_weights(motion(AU45=1.0))["blink"] == pytest.approx(1.0)
    assert max(vrm_weights(motion()).values()) == 0.0


def test_a_frame_holds_all_shapes_and_the_head() -> None:
    told = vmc_messages(motion(AU12=0.8), 1.5)
    names = [one.values[0] for one in told if one.address == BLEND]
    assert set(ARKIT_NAMES) <= set(names)
    assert {"happy", "aa", "blink"} <= set(names)
    bones = {one.values[0]: one.values for one in told if one.address == BONE}
    assert set(bones) == {"Head", "Neck"}
    assert all(len(one) == 8 for one in bones.values())
    assert told[-1].address == "/VMC/Ext/Blend/Apply"
    assert max(len(packet) for packet in encode_packets(told)) <= 1400


def test_what_is_sent_comes_back() -> None:
    receiver = FaceReceiver(0)
    sender = VmcSender("127.0.0.1", receiver.port)
    sent = motion(AU12=0.8, AU6=0.5, AU26=0.4, AU45=1.0)
    try:
        sender.send(sent, 0.0)
        taken = receiver.take(5.0)
        assert taken is not None
        seconds, found = taken
        assert seconds == 0.0
        assert np.allclose(found.pose.as_tuple(), sent.pose.as_tuple(), atol=0.3)
        assert np.allclose(found.gaze, sent.gaze, atol=0.02)
        for name in ("AU12", "AU6", "AU45"):
            assert found.aus[AU_INDEX[name]] == pytest.approx(sent.aus[AU_INDEX[name]], abs=0.15)
        assert found.aus[AU_INDEX["AU26"]] + found.aus[AU_INDEX["AU27"]] > 0.1
        assert found.aus[AU_INDEX["AU4"]] < 0.1
        assert receiver.take(0.02) is None
    finally:
        sender.close()
        receiver.close()


def test_a_plain_receiver_reads_the_packets() -> None:
    receiver = Receiver(0)
    sender = VmcSender("127.0.0.1", receiver.port)
    try:
        sender.send(motion(AU12=1.0), 0.25)
        packets = receiver.wait(5.0)
        while not any(b"Apply" in one for one in packets):
            packets += receiver.wait(5.0)
        found = [one for packet in packets for one in decode_packet(packet)]
        smiles = {o.values[0]: o.values[1] for o in found if o.address == BLEND}
        assert smiles["mouthSmileLeft"] == pytest.approx(1.0, abs=0.05)
        assert found[1] == Message("/VMC/Ext/T", (0.25,))
    finally:
        sender.close()
        receiver.close()


def test_old_names_and_unknown_ones() -> None:
    state = FaceState()
    sent = [
        Message(BLEND, ("Joy", 1.0)),
        Message(BLEND, ("Blink_L", 0.5)),
        Message(BLEND, ("my own shape", 1.0)),
        Message(BLEND, ("A", 7.0)),
        Message(BLEND, ("O", "loud")),
        Message(BONE, ("LeftHand", *[0.0] * 7)),
        Message("/VMC/Ext/Blend/Apply"),
    ]
    assert state.take(encode_bundle(sent))
    found = state.motion()
    assert found.aus[AU_INDEX["AU12"]] > 0.8
    assert found.aus[AU_INDEX["AU45"]] == pytest.approx(0.25)
    assert found.aus[AU_INDEX["AU26"]] == pytest.approx(1.0)
    assert found.pose == Pose(0.0, 0.0, 0.0)


LINE = (
    b"mouthSmile_R-80|mouthSmile_L-80|eyeBlink_L-100|eyeBlink_R-100|jawOpen-0|trackingStatus-1|"
    b"=head#-10.5,20.0,-5.0,0.01,0.02,-0.6|rightEye#6.0,2.4,0.2|leftEye#6.0,2.4,0.2|"
)


@pytest.mark.parametrize("line", [LINE, LINE.replace(b"-80|", b"&80|").replace(b"-100|", b"&100|")])
def test_the_lines_of_ifacialmocap_are_read(line: bytes) -> None:
    state = FaceState()
    assert state.take(line)
    found = state.motion()
    assert found.aus[AU_INDEX["AU12"]] == pytest.approx(0.8)
    assert found.aus[AU_INDEX["AU45"]] == pytest.approx(1.0)
    assert found.pose.as_tuple() == pytest.approx((-20.0, -10.5, 5.0))
    assert found.gaze[1] < 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"=head#1,2|",
        b"=head#1,2,nan|",
        b"jawOpen-|",
        b"#bundle\0",
        b"/VMC\0\0\0\0,f\0\0",
        b"|" * 60_000,
    ],
)
def test_what_is_no_face_is_counted_and_passed_over(data: bytes) -> None:
    state = FaceState()
    assert not state.take(data)
    assert state.damaged == 1
    assert state.motion().aus.max() == 0.0


def test_packets_become_a_driver() -> None:
    receiver = FaceReceiver(0)
    sender = VmcSender("127.0.0.1", receiver.port)
    whole = driver_of(np.arange(5) / 50, np.eye(22)[[9, 9, 9, 9, 9]] * 0.8)
    player = threading.Thread(target=send_driver, args=(sender, whole))
    try:
        player.start()
        found = follow_packets(receiver, patience=1.0)
        player.join()
    finally:
        sender.close()
        receiver.close()
    assert 1 <= len(found) <= 5  # frames that come together count as their last
    assert (np.diff(found.times) > 0).all()
    assert found.aus[:, 9].min() > 0.6
    assert found.landmarks is None
    assert found.rest().aus.max() == 0.0


def test_silence_is_told() -> None:
    receiver = FaceReceiver(0)
    sender = Sender("127.0.0.1", receiver.port)
    sender.send(b"noise")
    try:
        with pytest.raises(InputError, match=r"no face came \(1 packets were none\)"):
            follow_packets(receiver, patience=0.3)
    finally:
        sender.close()
        receiver.close()
