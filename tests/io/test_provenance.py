from __future__ import annotations

import json
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien import __version__
from mien.errors import InputError
from mien.io import provenance as records
from mien.io.asked import written
from mien.io.provenance import DigitalSource, Provenance

HASHES = st.text("0123456789abcdef", min_size=8, max_size=64)
KEYS = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
RECORDS = st.builds(
    Provenance,
    source=st.sampled_from([*get_args(DigitalSource), None]),
    job=st.from_regex(r"[a-z][a-z0-9]{0,12}([.-][a-z0-9]{1,8}){0,2}", fullmatch=True),
    models=st.lists(HASHES, max_size=4).map(tuple),
    seed=st.none() | st.integers(-(2**70), 2**70),
    request=st.just("") | HASHES,
    head=st.just("") | HASHES,
    inputs=st.lists(st.tuples(st.sampled_from(["photos", "like"]), KEYS), max_size=3).map(tuple),
    asked=st.sampled_from([{}, {"seed": 3, "au": {"AU12": 0.5}}, {"gaze": [0.5, -1.0]}]).map(
        written
    ),
    consent=st.sampled_from(["", *get_args(records.Consent)]),
    version=st.from_regex(r"[0-9]\.[0-9]{1,2}\.[0-9](rc1|\+cpu|\.dev3)?", fullmatch=True),
)
PLAIN = Provenance(source="algorithmicMedia", job="head.render")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_a_packet_comes_back(record: Provenance) -> None:
    packet = records.xmp_packet(record)
    assert packet == records.xmp_packet(record)
    start, end = packet.index(b"<x:xmpmeta"), packet.index(b"<?xpacket end")
    assert records.parse_packet(packet[start:end]) == record
    assert records.from_mapping(json.loads(json.dumps(record.as_mapping()))) == record
    ElementTree.fromstring(packet[start:end])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS, st.binary(max_size=200), st.binary(max_size=200))
def test_a_packet_is_found_in_any_file(
    tmp_path_factory: pytest.TempPathFactory, record: Provenance, before: bytes, after: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "scanned.bin"
    path.write_bytes(before + b"<x:xmpmeta" + records.xmp_packet(record) + after)
    assert records.read_provenance(path) == record


def test_the_version_is_miens_own() -> None:
    assert PLAIN.version == __version__
    assert f'xmp:CreatorTool="mien {__version__}"'.encode() in records.xmp_packet(PLAIN)


def test_the_iptc_property_is_where_others_look_for_it() -> None:
    packet = records.xmp_packet(PLAIN).decode()
    tree = ElementTree.fromstring(packet[packet.index("<x:xmp") : packet.index("<?xpacket end")])
    description = next(tree.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"))
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    address = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    assert description.attrib[name] == address


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "digitalCapture"},
        {"job": "/home/me"},
        {"job": "My Job"},
        {"job": "a" * 41},
        {"models": ("/home/me/model.safetensors",)},
        {"models": ("ABCDEF0123",)},
        {"request": "photo.jpg"},
        {"request": "abc"},
        {"version": "1.0 <b>"},
        {"head": "/home/me"},
        {"inputs": (("photos", "me.jpg"),)},
        {"inputs": (("My Photo", "0" * 64),)},
        {"asked": '{"like":"/home/me/a.jpg"}'},
        {"consent": "my friend Jo"},
    ],
)
def test_free_text_is_refused(wrong: dict[str, object]) -> None:
    values: dict[str, object] = {"source": None, "job": "head.render", **wrong}
    with pytest.raises(ValueError, match=r"is not|hashes|words|hexadecimal"):
        Provenance(**values)  # pyright: ignore[reportArgumentType]


def test_a_mapping_for_json() -> None:
    record = Provenance(source="trainedAlgorithmicMedia", job="generate", models=("0" * 8,))
    values = json.loads(json.dumps(record.as_mapping()))
    assert values == {
        "source": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "job": "generate",
        "models": ["00000000"],
        "seed": None,
        "request": "",
        "version": __version__,
        "head": "",
        "inputs": [],
        "asked": {},
        "consent": "",
        "AIGC": {
            "Label": "1",
            "ContentProducer": "mien",
            "ProduceID": f"mien-{record.number()}",
            **dict.fromkeys(
                ("ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"), ""
            ),
        },
    }
    assert Provenance(source=None, job="crop").as_mapping()["source"] is None


def test_request_hash_depends_on_values_not_on_order() -> None:
    first = records.request_hash({"a": 1, "b": [0.5, "小"]})
    assert first == records.request_hash({"b": [0.5, "小"], "a": 1})
    assert first != records.request_hash({"a": 1, "b": [0.5, "大"]})
    assert len(first) == 16
    assert Provenance(source=None, job="x", request=first).request == first
    with pytest.raises(TypeError):
        records.request_hash({"photo": Path("a.jpg")})


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<x:xmpmeta></x:xmpmeta>",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>",
        records.xmp_packet(PLAIN).replace(b"mien 0", b"Other 0"),
        records.xmp_packet(PLAIN).replace(b"head.render", b"../../etc/passwd"),
        records.xmp_packet(PLAIN).replace(b"algorithmicMedia", b"somethingElse"),
        records.xmp_packet(PLAIN).replace(b"http://cv.iptc.org", b"http://example.org"),
        b"<x:xmpmeta>" * 1000,
    ],
)
def test_other_packets_are_not_miens(tmp_path: Path, packet: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"some file" + packet + b"the rest")
    assert records.read_provenance(path) is None
    assert records.parse_packet(packet[max(0, packet.find(b"<x:xmpmeta")) :]) is None


def test_a_document_type_is_never_parsed() -> None:
    packet = records.xmp_packet(PLAIN)
    element = packet[packet.index(b"<x:xmpmeta") : packet.index(b"<?xpacket end")]
    assert records.parse_packet(element) == PLAIN
    assert records.parse_packet(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + element) is None
    bomb = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
        f"<!ENTITY {new} '&{old};&{old};&{old};&{old};'>".encode()
        for old, new in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
    )
    assert records.parse_packet(bomb + b"]><x>&q;</x>") is None


def test_a_packet_rewritten_with_elements_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_text(
        """<x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:mien="urn:mien:provenance:1:">
          <mien:Job>head.render</mien:Job><mien:Seed>3</mien:Seed></rdf:Description>
        <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
          <xmp:CreatorTool>mien 0.1.0</xmp:CreatorTool></rdf:Description>
        </rdf:RDF></x:xmpmeta>"""
    )
    record = Provenance(source=None, job="head.render", seed=3, version="0.1.0")
    assert records.read_provenance(path) == record


def test_a_file_without_a_packet(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(1000))
    assert records.read_provenance(path) is None


def test_an_empty_or_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    wanted = "wanted a picture or video that mien wrote"
    with pytest.raises(InputError) as caught:
        records.read_provenance(path)
    assert str(caught.value) == f"{path}: no such file; {wanted}: check the name and the folder"
    path.touch()
    with pytest.raises(InputError) as caught:
        records.read_provenance(path)
    assert str(caught.value) == (
        f"{path}: the file is empty (0 bytes); {wanted}: copy or download it again"
    )


def test_china_s_label_is_in_the_packet_and_read_whoever_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"start" + records.xmp_packet(PLAIN))
    assert records.read_aigc(path) == PLAIN.label()
    other = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">
        <TC260:AIGC>{"Label":"2","ContentProducer":"somebody"}</TC260:AIGC>
        </rdf:Description></rdf:RDF></x:xmpmeta>"""
    path.write_text(other)
    assert records.read_provenance(path) is None
    found = records.read_aigc(path)
    assert found is not None
    assert (found["Label"], found["ContentProducer"], found["ProduceID"]) == ("2", "somebody", "")


def test_a_plain_copy_of_a_photo_is_not_labelled() -> None:
    packet = records.xmp_packet(Provenance(source=None, job="character.fit"))
    assert b"AIGC=" not in packet


def test_the_number_depends_on_all_that_was_asked() -> None:
    others = [
        Provenance(source="algorithmicMedia", job="head.sheet"),
        Provenance(source="algorithmicMedia", job="head.render", seed=1),
        Provenance(source="algorithmicMedia", job="head.render", asked='{"size":5}'),
        Provenance(source="algorithmicMedia", job="head.render", inputs=(("photos", "0" * 64),)),
    ]
    assert len({PLAIN.number(), *(one.number() for one in others)}) == 5
