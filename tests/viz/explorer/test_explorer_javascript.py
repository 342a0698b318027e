"""The browser half's computing parts, tested in JavaScript and against Python."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from attention_samples import HOSTILE
from playwright.sync_api import Browser, Page, Route

from course_lib.generation import filters
from course_lib.viz.explorer import bundle, wire
from course_lib.viz.explorer.sight import sinks, visible

TESTS = Path(__file__).parent / "javascript"
SUITES = sorted(path.name for path in TESTS.glob("*.test.js"))
NAMES = [
    name
    for suite in SUITES
    for name in re.findall(r'^test\("(.+?)"', (TESTS / suite).read_text(), re.M)
]
ADDRESS = "http://explorer.test"


def _serve(route: Route) -> None:
    folder, _, name = route.request.url.removeprefix(f"{ADDRESS}/").partition("/")
    places = {"src": bundle.SOURCES, "tests": TESTS}
    if folder not in places:
        route.fulfill(body="<!DOCTYPE html>", content_type="text/html")
        return
    source = (places[folder] / name).read_text(encoding="utf-8")
    route.fulfill(body=source, content_type="text/javascript; charset=utf-8")


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """A page whose modules are the sources, without a server."""
    context = browser.new_context()
    page = context.new_page()
    page.route(f"{ADDRESS}/**", _serve)
    page.goto(f"{ADDRESS}/")
    yield page
    context.close()


@pytest.fixture(scope="module")
def report(modules: Page) -> dict[str, str | None]:
    """What each JavaScript test said."""
    return modules.evaluate(
        """async (suites) => {
          for (const suite of suites) await import(`/tests/${suite}`);
          return (await import("/tests/expect.js")).runAll();
        }""",
        SUITES,
    )


@pytest.mark.parametrize("name", NAMES)
def test_javascript(name: str, report: dict[str, str | None]) -> None:
    assert report[name] is None


def test_every_javascript_test_was_run(report: dict[str, str | None]) -> None:
    assert sorted(report) == sorted(NAMES)


def call(page: Page, module: str, function: str, *values: object) -> object:
    """Call an exported function of a source module."""
    return page.evaluate(
        """async ([module, name, values]) => {
          const found = (await import(`/src/${module}.js`))[name](...values);
          return JSON.parse(JSON.stringify(found, (_, v) =>
            ArrayBuffer.isView(v) ? Array.from(v) : v));
        }""",
        [module, function, list(values)],
    )


def test_tokens_read_the_same_in_python_and_on_the_page(modules: Page) -> None:
    tokens = [
        *HOSTILE,
        " the",
        "\u0120a",
        "\u2581b",
        "日本語",
        "x" * 24,
        "\u00ad",
        "\x07",
    ]
    assert [call(modules, "words", "visible", t) for t in tokens] == [
        visible(t) for t in tokens
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0.7},
        {"top_k": 5},
        {"top_p": 0.8},
        {"min_p": 0.1},
        {"temperature": 1.5, "top_k": 20, "top_p": 0.9, "min_p": 0.05},
    ],
)
def test_sliders_filter_as_the_generation_of_the_course(
    modules: Page, options: dict[str, float]
) -> None:
    logits = torch.randn(50, generator=torch.Generator().manual_seed(3)) * 2
    logits = logits.sort(descending=True).values
    expected = filters.temperature(logits, options.get("temperature", 1.0))
    for name in ("top_k", "top_p", "min_p"):
        if name in options:
            expected = getattr(filters, name)(expected, options[name])
    expected = expected.softmax(-1)
    given = {
        "temperature": options.get("temperature", 1),
        "topK": options.get("top_k", 0),
        "topP": options.get("top_p", 1),
        "minP": options.get("min_p", 0),
    }
    found = call(modules, "numbers", "filtered", logits.tolist(), given)["kept"]
    assert len(found) == int((expected > 0).sum())
    assert np.allclose(found, expected[: len(found)], atol=1e-6)


def test_half_precision_is_numpys(modules: Page) -> None:
    values = np.random.default_rng(0).normal(size=64).astype(np.float16)
    bits = values.view(np.uint16).tolist()
    assert call(modules, "numbers", "fromHalf", bits) == values.astype(float).tolist()


def test_sinks_are_those_of_the_still_picture(modules: Page) -> None:
    random = np.random.default_rng(1)
    weights = np.tril(random.random((30, 30)) ** 4)
    weights[:, 2:4] += np.tril(np.ones((30, 30)))[:, 2:4] * 3
    weights = (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32)
    small = wire.packed(weights[None])[0]
    found = modules.evaluate(
        """async ([data, rows]) => {
          const { sinkMarks } = await import("/src/numbers.js");
          const sizes = { full: 65535, rows, columns: rows };
          const matrix = { data: Uint16Array.from(data), ...sizes };
          return Array.from(sinkMarks(matrix));
        }""",
        [small.ravel().tolist(), 30],
    )
    assert found == sinks(small / 65535).astype(int).tolist()
    assert sum(found) >= 1
