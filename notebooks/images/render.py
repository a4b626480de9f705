"""Renders forecast.png, the README's picture: the head of the first example's report in a real browser.

.venv/bin/python notebooks/images/render.py     # needs chromium
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import rollcast
from rollcast import examples

SIZE = (1280, 1610)
PICTURE = Path(__file__).parent / "forecast.png"

with TemporaryDirectory() as directory:
    report, shot = Path(directory) / "report.html", Path(directory) / "shot.png"
    rollcast.forecast(examples.path("canary-with-analysis")).report(report)
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
    ]
    options += [f"--user-data-dir={directory}/profile", "--hide-scrollbars"]
    options += [f"--window-size={SIZE[0]},{SIZE[1]}", f"--screenshot={shot}"]
    subprocess.run(["chromium", *options, report.as_uri()], check=True, capture_output=True)
    # 64 colours are enough for flat pictures, and a quarter of the size.
    Image.open(shot).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
