"""What a set-up needs from outside, and what it says where that is missing."""

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import World
from cli.stand_in import add
from course_lib.cli.setup import bounds, sources, steps
from course_lib.cli.setup.installer import Installer, InstallError
from course_lib.cli.setup.place import ROOT
from course_lib.cli.setup.progress import Step
from course_lib.errors import CourseError
from course_lib.resources import encoder


@pytest.fixture
def server() -> Iterator[str]:
    """A server on this machine that has /there and nothing else."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            if self.path == "/garbage":
                self.wfile.write(b"this is not HTTP\r\n")
                return
            self.send_response(200 if self.path == "/there" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    httpd = http.server.HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_a_server_answers_or_does_not(server: str) -> None:
    assert sources.answers(f"{server}/there")
    assert not sources.answers(f"{server}/elsewhere")
    assert not sources.answers("http://127.0.0.1:9/there")
    assert not sources.answers(f"{server}/garbage")


@pytest.mark.parametrize(
    ("system", "nvidia", "answers", "cpu"),
    [
        ("linux", False, True, True),
        ("linux", False, False, False),
        ("linux", True, True, False),
        ("darwin", False, True, False),
        ("win32", False, True, False),
    ],
)
def test_the_builds_for_cpus_are_for_linux_without_a_gpu(
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    nvidia: bool,
    answers: bool,
    cpu: bool,
) -> None:
    monkeypatch.setattr(sources, "has_nvidia", lambda: nvidia)
    monkeypatch.setattr(sources, "answers", lambda address: answers)
    assert bool(sources.torch_index(system)) is cpu


def test_torch_comes_alone_from_its_own_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "torch_index", lambda: sources.TORCH_CPU)
    world.complete()
    assert world.installations[0].endswith(
        f"--index-url {sources.TORCH_CPU} --no-deps torch==2.13.0"
    )
    assert len(world.installations) == 3


def test_where_torchs_own_server_fails_the_usual_one_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def install(self: Installer, step: Step, *arguments: str) -> None:
        asked.append(arguments)
        if "--index-url" in arguments:
            raise InstallError("no")

    monkeypatch.setattr(sources, "torch_index", lambda: sources.TORCH_CPU)
    monkeypatch.setattr(Installer, "install", install)
    steps.install_torch(Installer(world.place, world.root, 1), "torch==2.13.0", "[2/4]")
    assert asked[1:] == [("torch==2.13.0",)]


def test_a_driver_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.shutil, "which", lambda name: None)
    driver = tmp_path / "version"
    assert not sources.has_nvidia(driver) or Path("/usr/lib/wsl").exists()
    driver.touch()
    assert sources.has_nvidia(driver)


def test_cuda_takes_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    rooms = []
    for nvidia in (False, True):
        monkeypatch.setattr(sources, "has_nvidia", lambda there=nvidia: there)
        rooms.append(sources.needed_room())
    assert rooms == [sources.ROOM_GB, sources.ROOM_WITH_CUDA_GB]


@pytest.mark.parametrize(
    ("tool", "cure"),
    [
        ("apt-get", f"apt-get install python3.{sys.version_info[1]}-venv"),
        ("dnf", "dnf install"),
        ("", "python.org"),
    ],
)
@pytest.mark.parametrize("lacks", ["venv", "ensurepip"])
def test_without_venv_the_cure_is_that_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tool: str, cure: str, lacks: str
) -> None:
    monkeypatch.setattr(sources, "has_module", lambda name: name != lacks)
    monkeypatch.setattr(sources.shutil, "which", lambda name: name == tool or None)
    with pytest.raises(CourseError, match=cure):
        sources.require_venv(None)


def test_uv_makes_environments_where_venv_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sources.venv_command(tmp_path, "/bin/uv")[1:3] == ["-m", "venv"]
    monkeypatch.setattr(sources, "has_module", lambda name: name == "venv")
    sources.require_venv("/bin/uv")
    command = sources.venv_command(tmp_path, "/bin/uv")
    assert command[:2] == ["/bin/uv", "venv"]
    assert command[-2:] == [sys.executable, str(tmp_path)]


def test_modules_are_found_without_importing_them() -> None:
    assert sources.has_module("venv")
    assert not sources.has_module("no_such_module")


def test_the_note_tells_how_to_get_the_encoder(world: World) -> None:
    world.says(**{"gt-all": (1, "no")})
    world.complete()
    assert sources.ENCODER in sources.encoder_note(world.place)
    add(world.place.folder, *sources.ENCODER.split("=="))
    assert sources.encoder_note(world.place) == ""


def test_the_encoder_is_the_same_everywhere() -> None:
    extra = bounds.wanted(ROOT / "pyproject.toml", ("encoder",))[-1].text
    image = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    assert extra == sources.ENCODER
    assert encoder.INSTALL.endswith(sources.ENCODER)
    assert sources.ENCODER in image
