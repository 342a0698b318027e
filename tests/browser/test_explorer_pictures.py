"""What the explorer draws in Lab, compared with pictures that a person has looked at.

Compared are canvases alone, shrunk to 192 by 128 points: no letters, so no fonts, and
no edges that another browser smooths differently. A picture may differ by 3 of 255 on
average, and by more than 48 in one point of a hundred.
"""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from browser.explorer_lab import ExplorerNotebook, ShownExplorer

REFERENCES = Path(__file__).parent / "pictures"
SIZE = (192, 128)
MEAN, FAR, FEW = 3, 48, 0.01
# All canvases of a view in one: side by side, or one upon the other where they lie so.
JOIN = """(picture) => {
  const all = [...picture.querySelectorAll("canvas")].filter((c) => c.offsetParent);
  const upon = Boolean(all[0].closest(".xp-middle"));
  const across = upon ? 1 : Math.ceil(Math.sqrt(all.length));
  const { width, height } = all[0];
  const joined = document.createElement("canvas");
  joined.width = width * across;
  joined.height = height * (upon ? 1 : Math.ceil(all.length / across));
  const context = joined.getContext("2d");
  all.forEach((canvas, i) => {
    const place = upon ? 0 : i;
    const [x, y] = [place % across, Math.floor(place / across)];
    context.globalAlpha = Number(getComputedStyle(canvas).opacity);
    context.drawImage(canvas, x * width, y * height);
  });
  return joined.toDataURL();
}"""


def drawn(picture: Locator) -> Image.Image:
    """The canvases of a picture on grey, small."""
    address = picture.evaluate(JOIN)
    content = base64.b64decode(address.partition(",")[2])
    full = Image.open(io.BytesIO(content)).convert("RGBA")
    ground = Image.new("RGBA", full.size, (128, 128, 128, 255))
    return (
        Image.alpha_composite(ground, full)
        .convert("RGB")
        .resize(SIZE, Image.Resampling.BOX)
    )


def difference(seen: Image.Image, reference: Image.Image) -> tuple[float, float]:
    """Mean distance, and the share of points that are far off."""
    both = [np.asarray(image, dtype=float) for image in (seen, reference)]
    distance = np.abs(both[0] - both[1]).max(axis=-1)
    return float(distance.mean()), float((distance > FAR).mean())


def compare(shown: ShownExplorer, name: str, folder: Path) -> str:
    """Nothing, or how the picture differs from its reference and where it lies."""
    shown.page.wait_for_timeout(300)  # lines fade in 80 ms
    seen = drawn(shown.root.locator(".xp-picture"))
    seen.save(folder / f"{name}.png")
    reference = REFERENCES / f"{name}.png"
    if not reference.exists():
        return f"{name}: no reference; {folder / name}.png is what was drawn. "
    mean, far = difference(seen, Image.open(reference).convert("RGB"))
    if mean <= MEAN and far <= FEW:
        return ""
    return f"{name}: off by {mean:.1f}, {far:.1%} far; see {folder / name}.png. "


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the pictures that were drawn are put."""
    return Path(request.config.getoption("--screenshots", None) or tmp_path)


def test_a_sentence_is_drawn_as_it_was(
    explorers: ExplorerNotebook, folder: Path
) -> None:
    one = explorers.open("one = explore")
    explorers.do("one.selection = {'layer': 1, 'head': 2, 'token': 5}")
    expect(one.said).to_contain_text("'cat' (5) looks at '.' (6)")
    wrong = compare(one, "head", folder)
    one.view("All layers")
    expect(one.root.locator(".xp-thumb")).to_have_count(16)
    wrong += compare(one, "layers", folder)
    one.view("Query–key")
    expect(one.root.get_by_role("tabpanel")).to_contain_text("multiplied by")
    wrong += compare(one, "query_key", folder)
    assert wrong == ""


def test_512_tokens_are_drawn_as_they_were(
    explorers: ExplorerNotebook, folder: Path
) -> None:
    three = explorers.open("three = explore")
    explorers.do("three.selection = {'layer': 1, 'head': 1, 'view': 'matrix'}")
    expect(three.said).to_contain_text("head 1, induction")
    wrong = compare(three, "matrix_512", folder)
    explorers.choose_theme("JupyterLab Dark")
    expect(three.root).to_have_attribute("data-theme", "dark")
    wrong += compare(three, "matrix_512_dark", folder)
    explorers.choose_theme("JupyterLab Light")
    assert wrong == ""


def test_another_picture_is_another() -> None:
    """The tolerance lets no other view pass."""
    names = sorted(path.stem for path in REFERENCES.glob("*.png"))
    images = [Image.open(REFERENCES / f"{name}.png").convert("RGB") for name in names]
    for i, first in enumerate(images):
        for second in images[:i]:
            mean, far = difference(first, second)
            assert mean > 3 * MEAN or far > 3 * FEW
