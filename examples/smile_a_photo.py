"""A photo smiles: its own pixels are moved, nothing is drawn anew that the photo shows.

python examples/smile_a_photo.py PHOTO OUT.png
"""

import sys
from pathlib import Path

from mien.face.analyse import analyse
from mien.io.image import read_image, write_image
from mien.io.provenance import Provenance
from mien.persona.move import Mover
from mien.persona.retarget import changed
from mien.persona.subject import fit_subject


def main(photo: Path, out: Path) -> None:
    """Slow once (fit), then fast for any number of expressions (move)."""
    image = read_image(photo)
    mover = Mover(fit_subject(image, analyse(image, max_faces=1)[0]))
    smile = changed(mover.subject.motion, {"AU12": 0.8, "AU6": 0.5})
    made_by = Provenance("compositeSynthetic", "example")
    write_image(out, mover.move(smile).image, provenance=made_by, over=image)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
