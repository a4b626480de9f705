"""The report is one file that needs nothing else and tells everything."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast.report import render
from rollcast.study import Forecast, estimate_units, matters
from rollcast.thresholds import parse_threshold


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def source(forecast: Forecast) -> str:
    known = estimate_units(forecast.scenario)
    conditions = ("p_promoted > 1%", "p_escape > 99%", "p_caught_given_bad > 50%")
    return render(forecast, [parse_threshold(condition, known) for condition in conditions])


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_it_opens_with_what_the_guards_can_see(page: Page) -> None:
    headings = [attributes.get("id") for attributes in page.all("h2")]
    assert headings[0] == "power"
    assert "escapes" in page.text
    assert "at 95% confidence" in page.text
    assert "error-rate: caught" in page.text
    assert "As planned; a good release is rolled back" in page.text


def test_it_loads_nothing(source: str, page: Page) -> None:
    for tag in ("script", "link", "iframe", "img", "object", "embed", "base"):
        assert page.all(tag) == [], tag
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                assert value is not None
                assert value.startswith("#"), (tag, name, value)
    assert "@import" not in source
    assert not re.search(r"url\((?!#)", source)
    assert set(re.findall(r"https?://[^\"\s<]+", source)) <= {"http://www.w3.org/1999/xlink"}


def test_it_begins_with_the_verdict(forecast: Forecast, page: Page) -> None:
    assert forecast.sentence in page.text
    assert page.text.index(forecast.sentence) < page.text.index("p_promoted")


def test_every_estimate_stands_beside_its_interval(forecast: Forecast, page: Page) -> None:
    for estimate in filter(lambda one: matters(forecast.scenario)(one.name), forecast.estimates.values()):
        value, interval = estimate.in_words()
        assert estimate.name in page.text
        assert value in page.text
        assert interval in page.text


def test_every_assumption_and_warning_is_listed(forecast: Forecast, page: Page) -> None:
    assert forecast.scenario.assumptions
    for assumption in forecast.scenario.assumptions:
        assert assumption.path in page.text
        assert str(assumption.value) in page.text
        assert assumption.why in page.text
    for warning in forecast.scenario.warnings:
        assert warning in page.text


def test_every_kind_of_release_has_a_row(forecast: Forecast, page: Page) -> None:
    for truth in forecast.truths:
        assert page.text.count(truth.name) >= 2


def test_thresholds_stand_with_their_results(page: Page) -> None:
    assert "p_promoted > 1%" in page.text
    assert "holds: fails the gate" in page.text
    assert "does not hold" in page.text


def test_both_stories_are_told_with_their_decisions(forecast: Forecast, page: Page) -> None:
    for bad in (True, False):
        replication = forecast.typical(bad=bad)
        assert replication is not None
        story = forecast.timeline(replication)
        assert story.summary in page.text
        for entry in story.entries:
            if entry.kind == "decision":
                assert entry.text in page.text


def test_pictures_are_announced_and_ids_are_unique(page: Page) -> None:
    pictures = page.all("svg")
    assert len(pictures) == 11
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for picture in pictures:
        assert picture["role"] == "img"
        for label in (picture["aria-labelledby"] or "").split():
            assert label in ids
    assert len(page.all("caption")) == len(page.all("table"))


def test_pictures_follow_the_theme(source: str) -> None:
    assert "prefers-color-scheme: dark" in source
    assert "fill: var(--ink)" in source
    assert "#1b1f24" not in re.sub(r":root \{[^}]*\}", "", source)


def test_it_can_be_made_again(forecast: Forecast, page: Page, source: str) -> None:
    assert f"--replications {forecast.replications} --seed {forecast.seed}" in page.text
    assert render(forecast) == render(forecast)
    assert len(source) < 1_000_000


def test_markup_in_names_is_text(small: dict[str, Any], tmp_path: Path) -> None:
    name = "<script>alert(1)</script> & co"
    result = rollcast.forecast({**small, "name": name}, replications=12)
    path = tmp_path / "report.html"
    result.report(path)
    text = path.read_text()
    assert "<script>" not in text
    assert html.escape(name) in text


def test_a_release_that_is_known_to_be_good_has_a_report_too(small: dict[str, Any]) -> None:
    result = rollcast.forecast({**small, "release": "good"}, replications=6)
    text = Page(render(result)).text
    assert "A typical good release" in text
    assert "A typical bad release" not in text


def test_a_release_that_is_known_to_be_bad_has_a_report_too(small: dict[str, Any]) -> None:
    release = {"defect": "error-rate", "rate": "20%"}
    result = rollcast.forecast({**small, "release": release}, replications=6)
    text = Page(render(result)).text
    assert "A typical bad release" in text
    assert "A typical good release" not in text
