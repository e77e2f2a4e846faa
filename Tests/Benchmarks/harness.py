"""Runs two commands in turns and compares them: A B A B …, medians and ratios, peak memory of each."""

import dataclasses
import os
import re
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path


def say(text: str) -> None:
    print(text, file=sys.stderr)


@dataclasses.dataclass
class Side:
    """One of the compared: a name, what to do before each run (not measured), and a command for bash."""

    name: str
    command: str
    prepare: str = ""
    #: The exit statuses that mean that it did what it should.
    statuses: tuple[int, ...] = (0,)
    #: Whether the memory of all its processes is summed, which takes some of the machine's time.
    sums_memory: bool = False


@dataclasses.dataclass
class Sample:
    seconds: float
    #: In bytes: the largest process's, or the most that all had at once.
    peak: int


@dataclasses.dataclass
class Result:
    """What a scenario gives: one row of the table."""

    scenario: str
    what: str
    ours: str
    peer: str
    ratio: str
    target: str
    met: bool | None  # None: no target, or nothing to compare with
    runs: int


def words(command: str) -> tuple[list[str], dict[str, str]]:
    """What to start for a command, and the variables before it. Only what needs a shell gets one: it takes 2 ms itself."""
    if re.search(r"[|&;<>$`(){}*?~\n]", command):
        return ["bash", "-c", "set -euo pipefail; " + command], {}
    arguments, variables = shlex.split(command), {}
    while arguments and re.match(r"[A-Za-z_]\w*=", arguments[0]):
        name, _, variables[name] = arguments.pop(0).partition("=")
    return arguments, variables


class SummedMemory(threading.Thread):
    """The most memory that the processes of a session hold at once, looked at every 20 ms.

    Of each process its proportional set size (`Pss` in /proc/PID/smaps_rollup) counts: pages that several share are
    counted once in the sum.
    """

    def __init__(self, session: int):
        super().__init__(daemon=True)
        self.session, self.most = session, 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            self.most = max(self.most, sum(map(self.proportional, self.processes())))
            self.over.wait(0.02)

    def processes(self) -> list[str]:
        return [name for name in os.listdir("/proc") if name.isdigit() and self.is_member(int(name))]

    def is_member(self, process: int) -> bool:
        try:
            return os.getsid(process) == self.session
        except OSError:
            return False

    @staticmethod
    def proportional(process: str) -> int:
        """In bytes; 0 of a process that has ended meanwhile."""
        try:
            with open(f"/proc/{process}/smaps_rollup") as lines:
                return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)
        except OSError:
            return 0

    def end(self) -> int:
        self.over.set()
        self.join()
        return self.most


def run(command: str, folder: Path, statuses: tuple[int, ...] = (0,), sums_memory: bool = False) -> Sample:
    """Runs one command with its output in a file, and fails with that output if the command does."""
    log = folder / "last.log"
    arguments, variables = words(command)
    environment = {**os.environ, **variables}
    with open(log, "wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
            start_new_session=True)
        memory = SummedMemory(process.pid) if sums_memory else None
        try:
            if memory:
                memory.start()
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in statuses:
        tail = log.read_text(errors="replace")[-3000:]
        raise SystemExit(f"status {process.returncode}: {command}\n{tail}")
    return Sample(seconds, memory.end() if memory else usage.ru_maxrss * 1024)


def interleave(sides: list[Side], runs: int, folder: Path) -> dict[str, list[Sample]]:
    """Runs every side in turn, so that a slow moment of the machine meets all of them; one round first is thrown away."""
    samples: dict[str, list[Sample]] = {side.name: [] for side in sides}
    for round_number in range(runs + 1):
        for side in sides:
            if side.prepare:
                run(side.prepare, folder)
            sample = run(side.command, folder, side.statuses, side.sums_memory)
            if round_number > 0:
                samples[side.name].append(sample)
            label = "warm-up" if round_number == 0 else f"{round_number}/{runs}"
            say(f"    {side.name:34} {label:8} {sample.seconds:8.3f} s {sample.peak / 2**20:7.0f} MiB")
    return samples


def median(samples: list[Sample]) -> float:
    return statistics.median(sample.seconds for sample in samples)


def peak(samples: list[Sample]) -> int:
    return max(sample.peak for sample in samples)


def seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def versus(scenario: str, what: str, ours: Side, peer: Side, limit: float, runs: int, folder: Path,
           at_most: float | None = None) -> Result:
    """Compares our command with its peer's; `limit` is the ratio to reach, `at_most` a limit in seconds besides."""
    samples = interleave([ours, peer], runs, folder)
    a, b = median(samples[ours.name]), median(samples[peer.name])
    met = a <= limit * b and (at_most is None or a <= at_most)
    target = f"≤ {limit:g} ×" + (f", ≤ {seconds(at_most)}" if at_most is not None else "")
    return Result(scenario, what, seconds(a), f"{peer.name}: {seconds(b)}", f"{a / b:.3f}", target, met, runs)


def alone(scenario: str, what: str, ours: Side, at_most: float, runs: int, folder: Path) -> Result:
    """Our command against a limit in seconds."""
    samples = interleave([ours], runs, folder)
    a = median(samples[ours.name])
    return Result(scenario, what, seconds(a), "", "", f"≤ {seconds(at_most)}", a <= at_most, runs)


def peers_only(scenario: str, what: str, peers: list[Side], runs: int, folder: Path) -> list[Result]:
    """Measures peers where our program is not built yet."""
    samples = interleave(peers, runs, folder)
    return [
        Result(scenario, what, "", f"{side.name}: {seconds(median(samples[side.name]))}", "", "", None, runs)
        for side in peers
    ]


def fresh(folder: Path) -> Path:
    if folder.exists():
        subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
