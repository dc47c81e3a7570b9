"""A photo of a face becomes a character: parameters, pictures, a turning head, a 3D model.

python examples/fit_a_photo.py PHOTO OUT
"""

import sys
from pathlib import Path

from mien.face.analyse import analyse
from mien.io.image import read_image, write_image
from mien.io.provenance import Provenance
from mien.persona.fit import FitOptions, fit_face


def main(photo: Path, out: Path) -> None:
    """Writes render.png, neutral.png and toon.png of the largest face, and says its sliders."""
    out.mkdir(parents=True, exist_ok=True)
    image = read_image(photo)
    face = analyse(image, max_faces=1)[0]
    fitted = fit_face(image, face, FitOptions(likeness="full", size=320))
    person = fitted.character
    made_by = Provenance("compositeSynthetic", "example")
    write_image(out / "render.png", person.render().rgb, provenance=made_by)
    write_image(out / "neutral.png", person.neutral().render(size=320).rgb, provenance=made_by)
    strong = sorted(person.code.sliders.items(), key=lambda pair: -abs(pair[1]))[:5]
    for name, value in strong:
        print(f"{name} {value:+.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
