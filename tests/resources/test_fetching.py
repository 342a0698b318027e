"""What the Hub can do wrong, it does here: it is said, and nothing is left."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from transformers import AutoModel, AutoTokenizer

from course_lib.resources import fetching, hub_cache
from course_lib.resources.fetching import fetch
from course_lib.resources.refusals import HubError
from course_lib.resources.watch import Watch
from tests.resources.hub_server import COMMIT, LISTING, Fault, await_downloads
from tests.resources.tiny_models import tiny_bert

NAME = "people/model"
WEIGHTS = "model.safetensors"


@pytest.fixture
def hub(hub):
    """A Hub with a model."""
    hub.put(
        NAME, tiny_bert() | {"pytorch_model.bin": b"a pickle", "onnx/x.json": b"{}"}
    )
    return hub


def in_cache(cache: Path) -> list[str]:
    """Names of the files that the cache holds of a model, half ones with their kind."""
    found = (cache / "models--people--model").glob("snapshots/*/*")
    halves = (cache / "models--people--model").glob("blobs/*.incomplete")
    return sorted([path.name for path in found] + [path.suffix for path in halves])


def refused(match: str) -> HubError:
    """Fetching fails, and says why; the model's name finds nothing in the cache."""
    with pytest.raises(HubError, match=match) as caught:
        fetch(NAME, "model")
    assert hub_cache.cached(NAME, "model")[0] is None
    assert len(caught.value.cure) > 20
    return caught.value


def test_a_model_arrives_opens_and_stays_when_the_hub_is_gone(hub, cache) -> None:
    folder, size = fetch(NAME, "model")
    assert size == sum(map(len, tiny_bert().values()))
    assert in_cache(cache) == sorted(tiny_bert())  # neither pickles nor subfolders
    assert all((folder / f).read_bytes() == b for f, b in tiny_bert().items())
    assert AutoModel.from_pretrained(folder, local_files_only=True).config.vocab_size
    hub.asked.clear()
    assert hub_cache.cached(NAME, "model") == (folder, "")
    assert AutoTokenizer.from_pretrained(folder, local_files_only=True)("word7 word8")
    assert hub.asked == []


def test_transformers_finds_it_by_its_name(hub, cache) -> None:
    fetch(NAME, "model")
    model = AutoModel.from_pretrained(NAME, local_files_only=True, cache_dir=cache)
    assert model.config.hidden_size == 16


def test_weights_are_asked_for_last(hub) -> None:
    fetch(NAME, "model")
    assert hub.asked[-1][1].endswith(WEIGHTS)


def test_the_token_goes_to_the_hub_and_no_further(hub, monkeypatch) -> None:
    hub.token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetch(NAME, "model")
    assert {t for _, path, t in hub.asked if path.startswith("cdn/")} == {""}
    assert {t for _, path, t in hub.asked if not path.startswith("cdn/")} == {
        "hf_secret"
    }


@pytest.mark.parametrize("token", ["", "hf_wrong"])
def test_without_the_right_token(token, hub, monkeypatch) -> None:
    hub.token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", token)
    assert "HF_TOKEN" in refused("does not let us in .401.").cure


@pytest.mark.parametrize("where", [LISTING, WEIGHTS])
@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "does not let us in .401."),
        (403, "does not let us in .403."),
        (404, "does not have it .404."),
        (418, "refuses .418."),
        (429, "asked too often from this network .429. and wants 600 s of peace"),
        (500, "trouble of its own .500."),
        (503, "trouble of its own .503."),
        (511, "log in first .511."),
    ],
)
def test_a_status_is_said_at_once(status, says, where, hub, cache) -> None:
    later = (("Retry-After", "600"),)
    hub.faults[where] = Fault("status", status=status, headers=later)
    refused(says)
    assert len([1 for _, path, _ in hub.asked if path.endswith(WEIGHTS)]) <= 2
    assert not {WEIGHTS, ".incomplete"} & set(in_cache(cache))
    hub.faults.clear()
    assert fetch(NAME, "model")[0].name == COMMIT


def test_a_name_that_the_hub_does_not_know(hub) -> None:
    with pytest.raises(HubError, match="does not have it .404.. Check the spelling"):
        fetch("people/other", "model")


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        (LISTING, Fault("stall")),
        (WEIGHTS, Fault("stall")),
        (WEIGHTS, Fault("stall", after=5000)),
    ],
)
def test_a_silence_ends_the_download(where, fault, hub, cache) -> None:
    hub.faults[where], hub.patience = fault, 0.4
    refused("fell silent: not a byte in .* s")
    hub.released.set()
    await_downloads()
    assert not {WEIGHTS, ".incomplete"} & set(in_cache(cache))


def test_a_slow_download_goes_on_for_as_long_as_it_moves(hub) -> None:
    hub.faults[WEIGHTS] = Fault("slow")
    began = time.monotonic()
    assert fetch(NAME, "model", silence=1.2)[0].name == COMMIT
    assert time.monotonic() - began > 1.2  # else this shows nothing


def test_a_connection_that_breaks_off_once_is_taken_up_again(hub) -> None:
    hub.faults[WEIGHTS] = Fault("cut", after=5000, times=1)
    assert fetch(NAME, "model")[0].name == COMMIT


@pytest.mark.parametrize("fault", [Fault("cut", after=5000), Fault("hang up")])
def test_a_connection_that_breaks_off_always(fault, hub, cache) -> None:
    hub.faults[WEIGHTS] = fault
    refused("the connection broke off 3 times in a row")
    assert not {WEIGHTS, ".incomplete"} & set(in_cache(cache))


def test_a_hub_that_hangs_up(hub) -> None:
    hub.faults[LISTING] = Fault("hang up")
    refused("the connection broke off .Server disconnected")


def test_a_file_that_is_shorter_than_announced(hub, cache) -> None:
    hub.faults[WEIGHTS] = Fault("short")
    refused("the connection broke off .not the announced length.")
    assert not {WEIGHTS, ".incomplete"} & set(in_cache(cache))


@pytest.mark.parametrize("file", [WEIGHTS, "tokenizer.json", "config.json"])
def test_a_file_that_was_changed_on_its_way(file, hub, cache) -> None:
    hub.faults[file] = Fault("corrupt")
    refused(f"{file} arrived damaged twice: its checksum begins with .*, expected")
    # It alone is gone: what was right is not fetched again.
    assert in_cache(cache) == sorted(set(tiny_bert()) - {file})
    hub.faults.clear()
    hub.asked.clear()
    fetch(NAME, "model")
    assert len([1 for method, *_ in hub.asked if method == "GET"]) == 2


def test_a_single_damage_heals_by_itself(hub) -> None:
    hub.faults[WEIGHTS] = Fault("corrupt", times=1)
    assert hub_cache.is_sound(fetch(NAME, "model")[0] / WEIGHTS)


def test_a_page_to_log_in_instead_of_a_hub(hub) -> None:
    hub.faults[LISTING] = Fault("portal")
    error = refused("answers, but not as a Hub does")
    assert "log-in" in error.cure and "HF_ENDPOINT" in error.cure


def test_a_full_disk(hub, cache, full_disk) -> None:
    refused("the disk is full: .* free in .*models--people--model, .* are needed")
    assert in_cache(cache) == []


def test_a_disk_that_would_be_full_is_seen_before(hub, cache, monkeypatch) -> None:
    usage = type("Usage", (), {"free": 10_000})()
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    refused("the disk is full: 10 kB free in .*, 5. kB are needed")
    assert [method for method, *_ in hub.asked] == ["GET"]


def test_a_cache_that_nobody_may_write_into(hub, cache, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("huggingface_hub.file_download.os.makedirs", refuse)
    assert "HF_HOME" in refused("can't write into the Hub cache .*Permission").cure


def test_a_model_of_pickles_alone(hub) -> None:
    hub.put(NAME, {"config.json": b"{}", "pytorch_model.bin": b"a pickle"})
    refused("only pickles .pytorch_model.bin. of it, no model.safetensors")
    assert not any(path.endswith(".bin") for _, path, _ in hub.asked)


def test_a_data_set_brings_its_tables_and_its_card(hub) -> None:
    files = {"data/train.csv": b"a,b\n", "README.md": b"---\n", "load.py": b"1/0"}
    hub.put("people/data", files, kind="dataset")
    folder, _ = fetch("people/data", "dataset")
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == {"data/train.csv", "README.md"}
    assert hub_cache.cached("people/data", "dataset") == (folder, "")


def test_a_data_set_that_is_a_program(hub) -> None:
    hub.put("people/data", {"load.py": b"1/0", "README.md": b""}, kind="dataset")
    with pytest.raises(HubError, match="has a program that makes it"):
        fetch("people/data", "dataset")


def test_shards_come_all(hub) -> None:
    weights = tiny_bert()[WEIGHTS]
    names = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    index = b'{"weight_map": {"a": "%s", "b": "%s"}}' % tuple(n.encode() for n in names)
    files = {f: b for f, b in tiny_bert().items() if f != WEIGHTS}
    files |= {
        names[0]: weights,
        names[1]: weights[:-1] + b"!",
        "other.safetensors": b"",
    }
    hub.put(NAME, files | {"model.safetensors.index.json": index})
    folder, _ = fetch(NAME, "model")
    assert sorted(p.name for p in folder.glob("*.safetensors")) == names
    assert hub_cache.cached(NAME, "model") == (folder, "")
    hub_cache.remove(folder / names[1])
    assert hub_cache.cached(NAME, "model") == (None, f"it holds no {names[1]}")


def test_who_interrupts_is_obeyed_at_once_and_nothing_is_left(
    hub, cache, monkeypatch
) -> None:
    hub.faults[WEIGHTS] = Fault("slow")
    attended = Watch._attend

    def interrupted(watch: Watch) -> None:
        if watch.expected:
            while watch.received < 20_000:
                time.sleep(0.01)
            raise KeyboardInterrupt
        attended(watch)

    monkeypatch.setattr(Watch, "_attend", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(NAME, "model")
    await_downloads()
    assert not {WEIGHTS, ".incomplete"} & set(in_cache(cache))
    assert hub_cache.cached(NAME, "model")[0] is None


def test_the_library_is_left_as_it_was(hub) -> None:
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils import are_progress_bars_disabled, logging

    def state() -> list:
        hooks = [len(each) for each in get_session().event_hooks.values()]
        told = [constants.HF_HUB_DISABLE_XET, logging.get_verbosity()]
        return [*hooks, *told, are_progress_bars_disabled()]

    before = state()
    fetch(NAME, "model")
    assert state() == before


def test_a_long_way_has_a_bar(hub, capsys, monkeypatch) -> None:
    monkeypatch.setattr("course_lib.resources.watch.LONG", 1000)
    hub.faults[WEIGHTS] = Fault("slow")
    fetch(NAME, "model")
    assert "B/s]" in capsys.readouterr().err
    assert fetching.patience()


def test_who_is_killed_leaves_nothing_that_looks_whole(hub, cache) -> None:
    hub.faults[WEIGHTS] = Fault("stall", after=40_000, times=1)
    program = (
        "from huggingface_hub import constants\n"
        f"constants.HF_HUB_CACHE = {str(cache)!r}\n"
        "from course_lib.resources.fetching import fetch\n"
        f"fetch({NAME!r}, 'model', silence=60)"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        while hub.faults[WEIGHTS].times:
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
    assert {".incomplete"} < set(in_cache(cache))
    assert hub_cache.cached(NAME, "model") == (None, "")
    assert (fetch(NAME, "model")[0] / WEIGHTS).read_bytes() == tiny_bert()[WEIGHTS]
