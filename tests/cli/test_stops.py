"""Signals while a verb works: raised where they may be, held where they may not."""

import os
import signal
import threading

import pytest

from course_lib.cli import stops

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no signals to oneself there")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_an_exception_with_its_sentence_and_status(number: int) -> None:
    before = signal.getsignal(number)
    with pytest.raises(stops.Stopped, match="Nothing was done") as stop:  # noqa: SIM117
        with stops.raised("Nothing was done."):
            signal.raise_signal(number)
    assert stop.value.status == 128 + number
    assert signal.getsignal(number) == before


def test_a_held_signal_comes_when_the_block_is_done() -> None:
    done = []
    with pytest.raises(stops.Stopped), stops.raised("Stopped."):
        with stops.held():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")
        done.append("more")
    assert done == ["all of it"]


def test_a_held_signal_that_came_too_late_can_be_dropped() -> None:
    with stops.raised("Stopped."), stops.held() as asked:
        signal.raise_signal(signal.SIGINT)
        asked.clear()


def test_what_the_process_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stops.raised("Stopped."):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_have_no_signals_and_work_all_the_same() -> None:
    done = []

    def work() -> None:
        with stops.raised("Stopped."), stops.held():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
