"""A JupyterLab, and a notebook open in it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from browser.explorer_lab import ExplorerNotebook
from browser.lab import LabServer, NotebookPage

MODELS = """from course_lib.resources import load_model, load_tokenizer
from course_lib.viz.explorer.example import induction_example
from course_lib.viz.explorer.explore import explore

bert = load_model("course-bert", "AutoModelForMaskedLM")
bert_tokenizer = load_tokenizer("course-bert")
gpt = load_model("course-gpt", "AutoModelForCausalLM")
gpt_tokenizer = load_tokenizer("course-gpt")
"""
CLARA = "Clara owned a grey cat. She broke her white [MASK] one Sunday morning."
EXPLORERS = (
    f"one = explore(bert, bert_tokenizer, {CLARA!r})\none",
    "two = explore(gpt, gpt_tokenizer, 'Clara owned a grey cat. She was always')\ntwo",
    "three = explore(*induction_example())\nthree",
)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """JupyterLab over a copy of the chapters."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture
def open_notebook(page: Page, lab: LabServer) -> Callable[[str], NotebookPage]:
    """Open a notebook of `lab` in the tab: `open_notebook("chapters/x.ipynb")`."""
    return lambda notebook: NotebookPage(page, lab, notebook)


@pytest.fixture(scope="session")
def explorers(browser: Browser, lab: LabServer) -> Iterator[ExplorerNotebook]:
    """A notebook whose kernel holds course-bert and course-gpt, for all who look.

    A test opens the explorer that it looks at anew, by its first word: one (encoder,
    17 tokens), two (decoder), three (512 tokens).
    """
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    cells = (MODELS, *EXPLORERS)
    notebook = ExplorerNotebook(context.new_page(), lab, "explorers.ipynb", cells)
    notebook.run(notebook.cell("import load_model"))
    yield notebook
    context.close()


@pytest.fixture(autouse=True)
def no_stranger_is_asked(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test that looks at explorers reaches beyond this machine."""
    yield
    if "explorers" in request.fixturenames:
        assert request.getfixturevalue("explorers").strangers() == []
