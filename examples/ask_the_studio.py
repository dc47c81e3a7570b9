"""Asks a studio that runs (`mien studio`) for a smile, and keeps the picture.

python examples/ask_the_studio.py PHOTO OUT.png [ADDRESS]
"""

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from gradio_client import Client, handle_file


def values(client: Client, action: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """All values of an action: those wanted, by the page's labels; else the page's own."""
    told: Any = client.view_api(return_format="dict", print_info=False)
    shown = told["named_endpoints"][action]["parameters"]
    own = [wanted.get(one["label"], one.get("parameter_default")) for one in shown]
    return {one["parameter_name"]: value for one, value in zip(shown, own, strict=True)}


def main(photo: Path, out: Path, address: str = "http://127.0.0.1:7860/") -> None:
    """Hands the photo over, waits, and copies what came of it: both are on this machine."""
    client = Client(f"{address}en/", verbose=False)
    photos = [{"image": handle_file(photo), "caption": None}]
    wanted = {"Photos with one or more faces": photos, "Expression": "smile"}
    filled = values(client, "/express_edit", wanted)
    told = client.predict(**filled, api_name="/express_edit")[-1]
    while told.get("state") in ("waiting", "running"):
        time.sleep(0.5)
        told = client.predict(told["work"], api_name="/work")
    if told.get("state") != "done":
        raise SystemExit(told["error"])
    shutil.copyfile(told["results"][0], out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
