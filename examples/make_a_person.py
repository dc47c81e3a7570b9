"""A person who does not exist: a portrait, the drawn twin, and a 3D model.

python examples/make_a_person.py OUT
"""

import dataclasses
import sys
from pathlib import Path

from mien.head.camera import Camera
from mien.head.gltf import export_glb
from mien.head.light import LIGHTS
from mien.head.render import View, render
from mien.head.sample import sample
from mien.io.image import write_image
from mien.io.provenance import Provenance


def main(out: Path) -> None:
    """Writes person.png, toon.png and person.glb."""
    out.mkdir(parents=True, exist_ok=True)
    made_by = Provenance("algorithmicMedia", "example", seed=3)
    code = dataclasses.replace(sample(3, 0), hair="long", aus={"AU12": 0.6, "AU6": 0.4})
    view = View(camera=Camera(size=384), light=LIGHTS["soft"], shadow=256)
    write_image(out / "person.png", render(code, view=view).rgb, provenance=made_by)
    toon = dataclasses.replace(code, style="toon")
    write_image(out / "toon.png", render(toon, view=view).rgb, provenance=made_by)
    (out / "person.glb").write_bytes(export_glb(code, size=256))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
