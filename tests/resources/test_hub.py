"""The Hub is asked once, and silence never makes anyone wait."""

import http.server
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from course_lib.resources import hub


@pytest.fixture(autouse=True)
def unasked(monkeypatch) -> Iterator[None]:
    """Nobody has asked yet, and the environment says nothing."""
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "")  # restored afterwards, whatever is set
    constants = SimpleNamespace(HF_HUB_OFFLINE=False)
    monkeypatch.setitem(sys.modules, "huggingface_hub.constants", constants)
    monkeypatch.setitem(sys.modules, "datasets.config", SimpleNamespace())
    monkeypatch.setattr(hub, "_reasons", [])
    asked = hub.asked
    asked.cache_clear()
    yield
    asked.cache_clear()


@pytest.fixture
def server() -> Iterator[SimpleNamespace]:
    """A server that answers every HEAD with a status to be set, and counts them."""
    state = SimpleNamespace(status=200, asked=0)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            state.asked += 1
            self.send_response(state.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        serve = threading.Thread(target=running.serve_forever, args=(0.02,))
        serve.daemon = True
        serve.start()
        state.address = f"http://127.0.0.1:{running.server_port}"
        yield state
        running.shutdown()


def test_a_hub_that_answers_is_there_and_asked_once(server, monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.address + "/")
    assert hub.hub_answers() and hub.hub_answers()
    hub.patience()
    assert server.asked == 1
    assert not hub.told_offline()


@pytest.mark.parametrize(
    ("status", "there"), [(404, True), (401, True), (502, False), (503, False)]
)
def test_a_refusal_is_an_answer_a_gateways_is_not(
    status, there, server, monkeypatch
) -> None:
    server.status = status
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    assert hub.hub_answers() is there
    assert hub.told_offline() is not there
    assert (str(status) in hub.why_not()) is not there


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_who_says_offline_is_not_asked_again(word, name, server, monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv(name, word)
    assert not hub.hub_answers()
    assert server.asked == 0
    assert "HF_HUB_OFFLINE is set" in hub.why_not()


def test_a_closed_port_means_offline(monkeypatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert not hub.hub_answers()
    assert hub.told_offline()
    assert hub.why_not() == f"{address} refuses the connection"


def test_a_server_that_never_answers_is_given_up_in_time(monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        assert not hub.hub_answers(0.2)
    assert hub.why_not().endswith("did not answer in 0.2 s")


@pytest.mark.skipif(sys.platform != "linux", reason="backlogs differ elsewhere")
def test_a_firewall_that_swallows_packets_is_given_up_in_time(monkeypatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        # With its queue full, the system drops what asks for a connection.
        waiting = [socket.socket() for _ in range(6)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(silent.getsockname())
        port = silent.getsockname()[1]
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        assert not hub.hub_answers(0.2)
        for each in waiting:
            each.close()
    assert hub.why_not().endswith("did not answer in 0.2 s")


def test_a_name_server_that_never_answers_is_given_up_too(monkeypatch) -> None:
    released = threading.Event()

    def endless(*_: object, **__: object) -> list:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", endless)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    before = time.monotonic()
    answered = hub.hub_answers(0.2)
    waited = time.monotonic() - before
    released.set()
    assert not answered
    assert waited < 30  # it did not wait for the name


def test_a_name_that_nobody_knows_is_said(monkeypatch) -> None:
    def unknown(*_: object, **__: object) -> list:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not hub.hub_answers()
    assert hub.why_not().startswith("https://huggingface.co can't be found")


def test_a_certificate_that_this_python_does_not_know_is_an_answer(
    monkeypatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise urllib.error.URLError(ssl.SSLCertVerificationError(1, "unable to get"))

    monkeypatch.setattr("urllib.request.urlopen", unknown)
    assert hub.hub_answers()


def test_a_senseless_address_means_offline_and_is_named(monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "hub.example")
    assert not hub.hub_answers()
    assert "HF_ENDPOINT is 'hub.example'" in hub.why_not()


def test_a_slow_answer_and_the_silence_after_it_stay_below_5_s(monkeypatch) -> None:
    for seconds in (0.0, 1.0, 2.9):
        answer = hub.Answer(True, "", seconds)
        monkeypatch.setattr(hub, "asked", lambda _, answer=answer: answer)
        assert 1.5 <= hub.patience() <= 4.9 - seconds


def test_libraries_that_are_imported_already_are_told() -> None:
    hub.go_offline()
    assert sys.modules["huggingface_hub.constants"].HF_HUB_OFFLINE is True
    assert sys.modules["datasets.config"].HF_HUB_OFFLINE is True


def test_asking_imports_none_of_the_libraries_that_it_is_asked_for() -> None:
    program = (
        "import sys; from course_lib.resources.hub import hub_answers; hub_answers(); "
        "print(*sys.modules)"
    )
    environ = {"HF_HUB_OFFLINE": "1", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", program]
    found = subprocess.check_output(command, text=True, env=environ).split()
    heavy = {"torch", "transformers", "huggingface_hub", "requests", "httpx", "numpy"}
    assert "course_lib.resources.hub" in found and not heavy & set(found)
