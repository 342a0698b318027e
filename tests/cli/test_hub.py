"""Settings for hubs can be read, use known names, and agree with one another."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from traitlets.config import Config

from course_lib.cli import classroom
from course_lib.cli.assignments.folder import README
from course_lib.cli.assignments.links import pull_link
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError
from course_lib.resources.repository import BRANCH, REPOSITORY

HUB = ROOT / "binder" / "hub"
README_OF_HUB = (HUB / "README.md").read_text(encoding="utf-8")
README_OF_CLASS = (
    ROOT / "course_lib" / "cli" / "assignments" / f"{README}.txt"
).read_text(encoding="utf-8")
# Names that the Helm chart and The Littlest JupyterHub read.
KNOWN = {
    "zero_to_jupyterhub.yaml": """hub.config.KubeSpawner.notebook_dir
        singleuser.image.name singleuser.image.tag singleuser.memory.guarantee
        singleuser.memory.limit singleuser.cpu.guarantee singleuser.cpu.limit
        singleuser.storage.capacity singleuser.storage.homeMountPath
        singleuser.defaultUrl singleuser.extraEnv.* cull.enabled cull.timeout
        cull.every prePuller.continuous.enabled""",
    "littlest_jupyterhub.yaml": """limits.memory limits.cpu
        user_environment.default_app services.cull.enabled services.cull.timeout
        services.cull.every""",
}
SPAWNER = """image cmd default_url remove notebook_dir volumes mem_limit cpu_limit
    environment"""


def settings(name: str) -> dict:
    return yaml.safe_load((HUB / name).read_text(encoding="utf-8"))


def paths(tree: dict, before: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict) and name != "extraEnv":
            yield from paths(value, f"{before}{name}.")
        else:
            yield f"{before}{name}{'.*' if name == 'extraEnv' else ''}"


def docker_spawner() -> Config:
    """What the file for The Littlest JupyterHub sets."""
    config = Config()
    code = (HUB / "littlest_jupyterhub.py").read_text(encoding="utf-8")
    exec(
        compile(code, "littlest_jupyterhub.py", "exec"), {"get_config": lambda: config}
    )
    return config


@pytest.mark.parametrize("name", KNOWN)
def test_names_are_those_the_hub_knows(name: str) -> None:
    assert set(paths(settings(name))) == set(KNOWN[name].split())


def test_the_spawner_is_set_by_its_own_names() -> None:
    config = docker_spawner()
    assert set(config) == {"JupyterHub", "DockerSpawner"}
    assert set(config.DockerSpawner) == set(SPAWNER.split())
    assert set(config.JupyterHub) == {"spawner_class", "hub_ip", "hub_connect_ip"}


def test_both_hubs_give_learners_the_same() -> None:
    ours, chart = docker_spawner().DockerSpawner, settings("zero_to_jupyterhub.yaml")
    learner = chart["singleuser"]
    assert ours.environment == learner["extraEnv"]
    assert ours.mem_limit == learner["memory"]["limit"] == "2G"
    folder = learner["storage"]["homeMountPath"]
    assert folder == chart["hub"]["config"]["KubeSpawner"]["notebook_dir"]
    assert folder == ours.notebook_dir and folder in ours.volumes.values()
    assert folder != "/home/jovyan", "the course itself lies there in the image"
    assert ours.environment["COURSE_PROGRESS"].startswith(folder)
    assert ours.environment["OMP_WAIT_POLICY"] in (ROOT / "binder/start").read_text()


def test_the_images_are_the_ones_that_the_pages_name() -> None:
    text = (HUB / "Dockerfile").read_text(encoding="utf-8")
    stages = re.findall(r"^FROM (\S+) AS (\w+)$", text, re.MULTILINE)
    assert stages == [("${BASE}", "hub"), ("hub", "grading")]
    (base,) = re.findall(r"^ARG BASE=(.+)$", text, re.MULTILINE)
    for page, stage in ((README_OF_HUB, "hub"), (README_OF_CLASS, "grading")):
        assert f"--image-name {base} ." in page
        assert f"--target {stage} -t {base}-{stage} - < binder/hub/Dockerfile" in page
    assert docker_spawner().DockerSpawner.image == f"{base}-hub"
    assert "--network none" in README_OF_CLASS and f"{base}-grading" in README_OF_CLASS
    for name in re.findall(r"binder/hub/([\w.]+)", README_OF_HUB + README_OF_CLASS):
        assert (HUB / name).is_file()


def test_a_link_fetches_the_course_and_opens_a_chapter() -> None:
    link = urlsplit(pull_link("https://hub.example.org/", "03_self_attention.ipynb"))
    assert link.netloc == "hub.example.org"
    assert link.path == "/hub/user-redirect/git-pull"
    assert parse_qs(link.query) == {
        "repo": [REPOSITORY],
        "branch": [BRANCH],
        "urlpath": ["lab/tree/transformer-course/chapters/03_self_attention.ipynb"],
    }


def test_a_link_knows_hubs_with_a_path_and_other_repositories() -> None:
    link = pull_link(
        "http://uni.example/jupyter", "x.ipynb", "https://g.example/a/b.git"
    )
    assert link.startswith(
        "http://uni.example/jupyter/hub/user-redirect/git-pull?repo="
    )
    assert "lab%2Ftree%2Fb%2Fchapters" in link


@pytest.mark.parametrize("hub", ["hub.example.org", "", "ftp://x", "https://x/?a=1"])
def test_what_is_no_hub_is_refused(hub: str) -> None:
    with pytest.raises(CourseError, match="not a hub's address"):
        pull_link(hub, "x.ipynb")


def test_the_verb_prints_links(capsys: pytest.CaptureFixture[str]) -> None:
    assert classroom.run(["link", "https://hub.example.org", "03"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "03 Self-attention" and "git-pull" in said[1] and len(said) == 2
    with pytest.raises(CourseError, match="no chapter 77"):
        classroom.run(["link", "https://hub.example.org", "77"])
