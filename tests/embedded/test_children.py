"""Keeping a process running."""

import signal
from pathlib import Path

from crm.embedded import children
from crm.embedded.children import Watch, describe


class Ending:
    """Something that ends at once, however often it is started."""

    def __init__(self) -> None:
        self.starts = 0

    def start(self) -> None:
        self.starts += 1

    def poll(self) -> int:
        return -signal.SIGKILL


def test_it_waits_longer_after_each_end(tmp_path: Path) -> None:
    ending, said = Ending(), []
    watch = Watch("worker", ending.poll, ending.start, tmp_path / "log")
    for _ in range(3):
        watch.check(said.append)
        watch.due = 0.0  # the pause is over
        watch.check(said.append)
    assert ending.starts == 3
    assert [line.split(" in ")[1] for line in said if " in " in line] == ["0.5 s.", "1 s.", "2 s."]


def test_it_does_not_start_again_before_the_pause_is_over(tmp_path: Path) -> None:
    ending = Ending()
    watch = Watch("worker", ending.poll, ending.start, tmp_path / "log")
    watch.check(lambda _: None)
    watch.check(lambda _: None)
    assert ending.starts == 0


def test_it_names_the_signal() -> None:
    assert describe(-signal.SIGKILL) == "SIGKILL"
    assert describe(3) == "exit code 3"


def test_it_keeps_one_earlier_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (children.LOG_BYTES + 1))
    children.shorten(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").exists()
