"""The shipped examples."""

from pathlib import Path

import pytest
import yaml

import rollcast
from rollcast import examples
from rollcast.errors import InputError

EXPECTED_WARNINGS = (
    "resources: not modelled",
    "follows whichever version is active: the whole service is taken for it",
    "at its peak of 2000/s the load keeps 45 slots busy, but 4 replicas with 8 slots each have 32",
)


@pytest.mark.parametrize("name", examples.names())
def test_an_example_is_a_realistic_whole(name: str) -> None:
    loaded = rollcast.load(examples.path(name))
    assert loaded.description
    assert examples.summary(name)
    matter = [each for each in loaded.warnings if not each.endswith(EXPECTED_WARNINGS)]
    assert matter == []
    prior = {truth.name: truth.probability for truth in loaded.model.release.truths}
    assert sum(prior.values()) == pytest.approx(1)
    assert len(prior) > 1
    assert loaded.model.window.horizon <= 3600


def test_the_folder_has_no_example_that_is_not_listed() -> None:
    folders = {path.parent.name for path in Path(examples.__file__).parent.glob("*/scenario.yaml")}
    assert folders == set(examples.names())


def test_the_first_is_a_busy_canary_of_half_an_hour() -> None:
    name = examples.names()[0]
    loaded = rollcast.load(examples.path(name))
    assert loaded.model.fleet.replicas >= 12
    assert loaded.model.traffic.rate == 1000
    rollout = yaml.safe_load((examples.path(name).parent / "rollout.yaml").read_text())
    pauses = [
        step["pause"]["duration"]
        for step in rollout["spec"]["strategy"]["canary"]["steps"]
        if "pause" in step
    ]
    assert sum(int(pause.removesuffix("m")) for pause in pauses) == 30


@pytest.mark.parametrize("name", examples.names())
def test_every_manifest_of_an_example_is_used(name: str) -> None:
    folder = examples.path(name).parent
    scenario = yaml.safe_load(examples.path(name).read_text())
    manifests = {path.name for path in folder.glob("*.yaml")} - {"scenario.yaml"}
    assert set(scenario["manifest"]) == manifests


def test_an_example_can_be_copied_and_loaded_from_there(tmp_path: Path) -> None:
    copied = examples.copy("rolling-update", tmp_path / "mine")
    assert rollcast.load(copied).name == rollcast.load(examples.path("rolling-update")).name
    with pytest.raises(InputError, match="not an empty directory"):
        examples.copy("rolling-update", tmp_path / "mine")


def test_a_misspelt_example_is_told_the_right_word() -> None:
    with pytest.raises(InputError, match='did you mean "rolling-update"'):
        examples.path("roling-update")
