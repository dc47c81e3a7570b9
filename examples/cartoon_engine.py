"""A small engine of one's own: a cartoon face from twelve numbers, by JSON lines.

mien character collect --engine "program:python3 examples/cartoon_engine.py" --count 100
"""

import base64
import io
import json
import sys

from PIL import Image, ImageDraw

NAMES = (
    *("face_width", "face_length", "eye_size", "eye_apart", "eye_height", "pupil", "brow_height"),
    *("brow_tilt", "nose_length", "mouth_width", "smile", "skin"),
)
SIZE, SCALE = 128, 4


def face(p: dict[str, float]) -> Image.Image:
    """The face of twelve numbers in [0, 1]; drawn large and made small, so that edges are soft."""
    picture = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), "#b9c8d6")
    pen = ImageDraw.Draw(picture)

    def oval(x: float, y: float, width: float, height: float, fill: str | tuple) -> None:
        corners = (x - width, y - height, x + width, y + height)
        pen.ellipse([one * SCALE for one in corners], fill, "#402a20", SCALE)

    dark = p["skin"]
    skin = (int(250 - 130 * dark), int(215 - 140 * dark), int(185 - 140 * dark))
    oval(64, 66, 30 + 14 * p["face_width"], 38 + 14 * p["face_length"], skin)
    for side in (-1, 1):
        x, y = 64 + side * (12 + 9 * p["eye_apart"]), 64 - 14 * p["eye_height"]
        open_ = 3 + 6 * p["eye_size"]
        oval(x, y, open_ * 1.2, open_, "white")
        oval(x, y, open_ * (0.3 + 0.4 * p["pupil"]), open_ * (0.3 + 0.4 * p["pupil"]), "#2a4a3a")
        high, tilt = y - open_ - 3 - 6 * p["brow_height"], side * 8 * (p["brow_tilt"] - 0.5)
        brow = (x - 8, high - tilt, x + 8, high + tilt)
        pen.line([one * SCALE for one in brow], "#402a20", 3 * SCALE)
    nose = (64, 66, 60, 72 + 8 * p["nose_length"], 65, 72 + 8 * p["nose_length"])
    pen.line([one * SCALE for one in nose], "#402a20", SCALE)
    wide, curve = 8 + 12 * p["mouth_width"], 12 * (p["smile"] - 0.5)
    steps = [k / 10 - 1 for k in range(21)]
    mouth = [((64 + wide * t) * SCALE, (90 + curve * (0.5 - t * t)) * SCALE) for t in steps]
    pen.line(mouth, "#8a2a30", 3 * SCALE, "curve")
    return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


for line in sys.stdin:
    order = json.loads(line)
    if order["do"] == "schema":
        answer = {"parameters": [{"name": name, "low": 0, "high": 1} for name in NAMES]}
    else:
        data = io.BytesIO()
        face(order["params"]).save(data, "PNG")
        answer = {"image": base64.b64encode(data.getvalue()).decode()}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
