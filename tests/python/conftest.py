"""A small rollout that takes moments to forecast, and its forecast."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
import yaml

mpl.use("Agg")

SMALL = {
    "name": "small canary",
    "description": "A canary of a small service.",
    "strategy": {
        "canary": {
            "routed": True,
            "steps": [{"set_weight": 20}, {"pause": "1m"}, {"set_weight": 50}, {"pause": "1m"}],
            "background": {"analysis": "errors", "from_step": 1},
        }
    },
    "analyses": {
        "errors": {
            "metrics": [
                {
                    "name": "error-rate",
                    "kind": "error-ratio",
                    "of": "new",
                    "window": "1m",
                    "interval": "20s",
                    "initial_delay": "40s",
                    "success": "len(result) == 0 || isNaN(result[0]) || result[0] < 0.05",
                }
            ]
        }
    },
    "traffic": {"rate": "80/s"},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0.5%", "utilisation": "50%"},
    "fleet": {"replicas": 4},
    "window": {"lead_in": "1m", "horizon": "10m"},
}


@pytest.fixture(scope="session")
def small() -> dict[str, Any]:
    """The scenario as a mapping."""
    return SMALL


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenario as a file."""
    path = tmp_path_factory.mktemp("scenario") / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL, sort_keys=False))
    return path


@pytest.fixture(scope="session")
def forecast(small_file: Path) -> Any:
    """60 replications of it."""
    import rollcast

    return rollcast.forecast(small_file, replications=60)


@pytest.fixture(scope="session")
def quiet(small: dict[str, Any]) -> dict[str, Any]:
    """The scenario with little traffic and a good release: what happens is what was planned."""
    return {
        **small,
        "name": "quiet",
        "release": "good",
        "traffic": {"rate": "10/s"},
        "fleet": {"replicas": 2},
    }


@pytest.fixture(scope="session")
def quiet_file(quiet: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quiet") / "quiet.yaml"
    path.write_text(yaml.safe_dump(quiet, sort_keys=False))
    return path
