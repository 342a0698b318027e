"""The main memory, as each system tells it."""

from pathlib import Path

import pytest

from course_lib.resources import memory


def test_linux_tells_its_memory_and_a_containers_share(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(
        "MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable: 5000000 kB\n"
    )
    free = memory._linux_memory(meminfo, tmp_path)
    assert free == memory.Memory(8192e6, 5120e6)
    (tmp_path / "memory.max").write_text("2000000000\n")
    (tmp_path / "memory.current").write_text("500000000\n")
    assert memory._linux_memory(meminfo, tmp_path) == memory.Memory(2e9, 1.5e9)
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._linux_memory(meminfo, tmp_path) == free


def test_macos_tells_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "sysctl": "17179869184\n",
        "vm_stat": "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free:                 1000.\nPages active:    9.\n"
        "Pages inactive:             2000.\n",
    }
    monkeypatch.setattr(
        memory.subprocess, "check_output", lambda command, **_: said[command[0]]
    )
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert memory.memory() == memory.Memory(17179869184.0, 3000 * 16384.0)


def test_a_system_that_tells_nothing_has_unknown_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(memory, "_linux_memory", fail)
    monkeypatch.setattr(memory.sys, "platform", "linux")
    assert memory.memory() is None


def test_linux_counts_how_often_its_memory_was_full(tmp_path: Path) -> None:
    counts = tmp_path / "vmstat"
    assert memory.times_full(counts) is None
    counts.write_text("pgfault 12\n")
    assert memory.times_full(counts) is None
    counts.write_text("pgfault 12\noom_kill 3\nswap_ra 0\n")
    assert memory.times_full(counts) == 3
