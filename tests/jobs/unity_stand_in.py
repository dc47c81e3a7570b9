"""A game engine that speaks the ancestor's UDP protocol, small enough for a test.

    python unity_stand_in.py FOLDER

Prints its port, draws `neural_<name>_<step>.jpg` into the folder for every order until it hears
`end`.
Of the 99 numbers seven bones, the brow's brightness and its form can be seen.
"""

import json
import socket
import sys
from pathlib import Path

from PIL import Image, ImageDraw

SIZE, SCALE = 64, 4


def face(numbers: list[float]) -> Image.Image:
    """The face of 99 numbers."""
    bones, bright = numbers[:95], numbers[95]
    brow = max(range(3), key=lambda k: numbers[96 + k])
    picture = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), "#9aa7b4")
    pen = ImageDraw.Draw(picture)

    def oval(x: float, y: float, wide: float, high: float, fill: tuple[int, int, int]) -> None:
        pen.ellipse([one * SCALE for one in (x - wide, y - high, x + wide, y + high)], fill)

    oval(32, 34, 15 + 10 * bones[0], 20 + 9 * bones[1], (222, 180, 150))
    for side in (-1, 1):
        x = 32 + side * (6 + 6 * bones[2])
        oval(x, 29, 2 + 4 * bones[3], 1.5 + 3 * bones[4], (250, 250, 250))
        oval(x, 29, 1.4, 1.4, (40, 60, 70))
        ink = round(20 + 150 * bright)
        lift = (0, 2, -2)[brow] * side
        line = [(x - 5) * SCALE, (21 - lift) * SCALE, (x + 5) * SCALE, (21 + lift) * SCALE]
        pen.line(line, (ink, ink // 2, ink // 3), (2 + brow) * SCALE)
    oval(32, 45, 3 + 8 * bones[5], 1 + 3 * bones[6], (170, 60, 70))
    return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def main() -> None:
    """Listens until it is told to leave."""
    folder, steps = Path(sys.argv[1]), 0
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.1", 0))
    sys.stdout.write(f"{link.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        order = link.recv(65536).decode("ascii")
        if order == "q-":
            # A user opens and leaves several times: the next command finds it listening.
            continue
        if order == "end":
            return
        if order.startswith("p"):
            told = json.loads(order[1:])
            half = folder / f".{told['name']}.jpg"
            face(told["param"]).save(half, quality=95)
            half.rename(folder / f"neural_{told['name']}_{steps}.jpg")
            steps += 1


if __name__ == "__main__":
    main()
