"""The contenders written in C++ give right answers; those in Python are checked before they are timed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import run as peers
from models import KNOWN

BENCH = Path(__file__).parents[2] / "build/python/bench"

pytestmark = pytest.mark.skipif(not (BENCH / "naive_peer").exists(), reason="the peers are not built")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("peer", "model"),
    [
        ("event_kernel", "mm1"),
        *(
            (peer, model)
            for peer in ("naive", "rollcast")
            for model in KNOWN
            if not model.startswith("large")
        ),
    ],
)
def test_a_peer_is_right(peer: str, model: str, seed: int) -> None:
    """Tolerance: four standard errors, as in models.py."""
    requests = 300_000 if peer == "naive" else 2_000_000
    command = [BENCH / f"{peer}_peer", model, str(requests), str(seed)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    result = json.loads(output)
    assert result["requests"] >= requests
    assert peers.wrong_answer(KNOWN[model], [(result["requests"], result["answers"])]) == ""


def test_a_peer_says_what_it_cannot_do() -> None:
    output = subprocess.run([BENCH / "event_kernel_peer", "mm100", "1", "1"], capture_output=True, check=True)
    assert "cannot" in json.loads(output.stdout)
