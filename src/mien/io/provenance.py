"""Where a result came from, in the result's own metadata: hashes, numbers and words of a list.

The record is an XMP packet with IPTC's DigitalSourceType and China's AIGC field, which other
programs read, and mien's own fields. It holds no path, no name, nothing of the input's EXIF, and
no time: the same request gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import mmap
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from mien import __version__
from mien.io.aigc import label_of, read_label
from mien.io.asked import check_asked
from mien.io.files import check_file
from mien.io.limits import VIDEO_LIMITS, XMP_BYTES

DigitalSource: TypeAlias = Literal[
    "compositeSynthetic",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
    "trainedAlgorithmicMedia",
]
"""IPTC's words for what mien makes.

compositeSynthetic                     a real photo with drawn parts: warped, relit, textured
compositeWithTrainedAlgorithmicMedia   a real photo with parts painted by a trained network
algorithmicMedia                       drawn by the head alone, no photo and no network
trainedAlgorithmicMedia                made by a trained network from nothing but numbers
"""

Consent: TypeAlias = Literal["none", "own-face", "permission", "public-domain"]
"""What whoever ran a command said of the people in the photos; none: nothing was said."""

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_NAMESPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "mien": "urn:mien:provenance:1:",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_START, _END = b"<x:xmpmeta", b"</x:xmpmeta>"
_HASH = re.compile(r"[0-9a-f]{8,64}")
_JOB = re.compile(r"[a-z][a-z0-9]*([.-][a-z0-9]+)*")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,30}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_INPUTS = 256
"""Files that one result tells of."""
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")


@dataclasses.dataclass(frozen=True)
class Provenance:
    """How a result was made.

    source    IPTC DigitalSourceType; None for a plain crop or copy of the user's own photo
    job       what made it, e.g. "character.fit"; lower case, at most 40 characters
    models    SHA-256 (or at least 8 of its digits) of every weight file that took part
    seed      of the request, None where chance played no part
    request   `request_hash` of the resolved request, or ""
    version   of mien
    head      `head.schema.schema_hash()` of the head that took part, or ""
    inputs    field of the request and SHA-256 of each file that it named, in order
    asked     `mien.io.asked.written` of the other fields: numbers and words of a list, or ""
    consent   what was said of the people in the photos, or ""

    Raises ValueError for a value of another form: free text could carry a path or a name.
    """

    source: DigitalSource | None
    job: str
    models: tuple[str, ...] = ()
    seed: int | None = None
    request: str = ""
    version: str = __version__
    head: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    asked: str = ""
    consent: Consent | Literal[""] = ""

    def __post_init__(self) -> None:
        if self.source is not None and self.source not in get_args(DigitalSource):
            raise ValueError(f"{self.source!r} is not one of {get_args(DigitalSource)}")
        if len(self.job) > 40 or not _JOB.fullmatch(self.job):
            raise ValueError(f"{self.job!r} is not the name of a job")
        for digest in (*self.models, *filter(None, (self.request, self.head))):
            if not _HASH.fullmatch(digest):
                raise ValueError("a provenance holds hashes in lower-case hexadecimal only")
        if not _VERSION.fullmatch(self.version):
            raise ValueError(f"{self.version!r} is not a version")
        if len(self.inputs) > MOST_INPUTS:
            raise ValueError(f"more than {MOST_INPUTS} inputs")
        if not all(_ROLE.fullmatch(role) and _DIGEST.fullmatch(one) for role, one in self.inputs):
            raise ValueError("an input is the name of a field and 64 hexadecimal digits")
        if self.consent and self.consent not in get_args(Consent):
            raise ValueError(f"{self.consent!r} is not one of {get_args(Consent)}")
        check_asked(self.asked)

    def number(self) -> str:
        """Thirty-two hexadecimal digits: the same for all that one request made."""
        told = [self.job, *self.models, self.request, self.version, self.head, self.asked]
        told += [str(self.seed), *(digest for _, digest in self.inputs)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]

    def label(self) -> dict[str, str] | None:
        """China's AIGC field; None for a plain crop or copy of the user's own photo."""
        return None if self.source is None else label_of(self.number())

    def as_mapping(self) -> dict[str, object]:
        """The fields for a JSON result (`params.json`, glTF extras), with the full IPTC address."""
        values: dict[str, object] = dataclasses.asdict(self)
        values["source"] = None if self.source is None else _IPTC + self.source
        values["models"] = list(self.models)
        values["inputs"] = [list(one) for one in self.inputs]
        values["asked"] = json.loads(self.asked) if self.asked else {}
        if (label := self.label()) is not None:
            values["AIGC"] = label
        return values


def from_mapping(values: Mapping[str, Any]) -> Provenance:
    """The provenance in a JSON result; what older versions did not write is as by default.

    Raises KeyError, TypeError or ValueError where it is none.
    """
    source, seed = values.get("source"), values.get("seed")
    asked = values.get("asked") or {}
    return Provenance(
        source=None if source is None else _known_source(str(source).removeprefix(_IPTC)),
        job=str(values["job"]),
        models=tuple(str(model) for model in values.get("models", ())),
        seed=None if seed is None else int(seed),
        request=str(values.get("request", "")),
        version=str(values["version"]),
        head=str(values.get("head", "")),
        inputs=tuple((str(role), str(one)) for role, one in values.get("inputs", ())),
        asked=json.dumps(asked, sort_keys=True, separators=(",", ":")) if asked else "",
        consent=_known_consent(str(values.get("consent", ""))),
    )


def request_hash(request: Mapping[str, object]) -> str:
    """Sixteen hexadecimal digits for a request of numbers, texts, lists and mappings.

    Leave out what names files: a short path can be guessed from its hash. A Path is a TypeError.
    """
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def xmp_packet(provenance: Provenance) -> bytes:
    """The XMP packet (UTF-8) of a provenance, 1 to 3 KiB, for embedding in a file."""
    values = {"xmp:CreatorTool": f"mien {provenance.version}", "mien:Job": provenance.job}
    if provenance.source is not None:
        values["Iptc4xmpExt:DigitalSourceType"] = _IPTC + provenance.source
    if provenance.models:
        values["mien:Models"] = " ".join(provenance.models)
    if provenance.seed is not None:
        values["mien:Seed"] = str(provenance.seed)
    told = {"Request": provenance.request, "Head": provenance.head, "Asked": provenance.asked}
    told["Inputs"] = " ".join(f"{role}={digest}" for role, digest in provenance.inputs)
    told["Consent"] = provenance.consent
    values |= {f"mien:{name}": value for name, value in told.items() if value}
    if (label := provenance.label()) is not None:
        values["TC260:AIGC"] = json.dumps(label, separators=(",", ":"))
    names = "".join(f" xmlns:{name}={quoteattr(uri)}" for name, uri in _NAMESPACES.items())
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in sorted(values.items()))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about=""{names}{attributes}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def read_provenance(path: Path) -> Provenance | None:
    """The provenance in a picture or video that mien wrote; None where there is none of mien's.

    XMP packets are made to be found by scanning, whatever the format of the file around them.
    Raises InputError where the file cannot be read.
    """
    return next((one for one in map(parse_packet, _packets(path)) if one is not None), None)


def read_aigc(path: Path) -> dict[str, str] | None:
    """China's AIGC field in the XMP of a file, whoever wrote it; errors as `read_provenance`."""
    key = f"{{{_NAMESPACES['TC260']}}}AIGC"
    labels = (read_label(_values(packet).get(key, "")) for packet in _packets(path))
    return next((one for one in labels if one is not None), None)


def _packets(path: Path) -> Iterator[bytes]:
    """Every `x:xmpmeta` element of a file, as bytes."""
    check_file(path, max_bytes=VIDEO_LIMITS.max_bytes, wanted="io.wanted.result")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data.find(_START)
        while start >= 0:
            end = data.find(_END, start, start + XMP_BYTES)
            if end >= 0:
                yield data[start : end + len(_END)]
            start = data.find(_START, start + 1)


def parse_packet(packet: bytes) -> Provenance | None:
    """The provenance in an `x:xmpmeta` element; None where it is not mien's or is damaged."""
    values = _values(packet)
    own = {name: values.get(f"{{{uri}}}{name}") for uri, name in _FIELDS}
    if own["Job"] is None or own["CreatorTool"] is None:
        return None
    try:
        return _from_texts({name: value for name, value in own.items() if value is not None})
    except ValueError:
        return None


def _values(packet: bytes) -> dict[str, str]:
    """The properties in an `x:xmpmeta` element; none where it is damaged."""
    if b"<!" in packet:
        return {}  # a document type could declare entities that grow without end
    try:
        tree = ElementTree.fromstring(packet)
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    values: dict[str, str] = {}
    for description in tree.iter(f"{{{_RDF}}}Description"):
        values |= description.attrib
        # Other programs may have rewritten attributes as elements.
        values |= {child.tag: child.text or "" for child in description}
    return values


_OWN = ("Job", "Models", "Seed", "Request", "Head", "Inputs", "Asked", "Consent")
_FIELDS = (
    (_NAMESPACES["xmp"], "CreatorTool"),
    (_NAMESPACES["Iptc4xmpExt"], "DigitalSourceType"),
    *((_NAMESPACES["mien"], name) for name in _OWN),
)


def _from_texts(texts: Mapping[str, str]) -> Provenance:
    tool, _, version = texts["CreatorTool"].partition(" ")
    source = texts.get("DigitalSourceType")
    if tool != "mien" or (source is not None and not source.startswith(_IPTC)):
        raise ValueError("another program's packet")
    return Provenance(
        source=None if source is None else _known_source(source.removeprefix(_IPTC)),
        job=texts["Job"],
        models=tuple(texts.get("Models", "").split()),
        seed=int(texts["Seed"]) if "Seed" in texts else None,
        request=texts.get("Request", ""),
        version=version,
        head=texts.get("Head", ""),
        inputs=tuple(_input(one) for one in texts.get("Inputs", "").split()),
        asked=texts.get("Asked", ""),
        consent=_known_consent(texts.get("Consent", "")),
    )


def _input(written: str) -> tuple[str, str]:
    role, _, digest = written.partition("=")
    return role, digest


def _known_consent(name: str) -> Consent | Literal[""]:
    for consent in get_args(Consent):
        if consent == name:
            return consent
    if name:
        raise ValueError(f"{name!r} is not one of {get_args(Consent)}")
    return ""


def _known_source(name: str) -> DigitalSource:
    for source in get_args(DigitalSource):
        if source == name:
            return source
    raise ValueError(f"{name!r} is not one of {get_args(DigitalSource)}")
