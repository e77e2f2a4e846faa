#!/usr/bin/env python3
"""Measures Chidori against its peers on the same inputs.

    python3 Tests/Benchmarks/run.py --list
    python3 Tests/Benchmarks/run.py tree-symlink image-gzip --runs 5
    python3 Tests/Benchmarks/run.py --all --write docs/benchmarks.md

It needs a release build (`swift build -c release --static-swift-stdlib`, or CHIDORI_EXECUTABLE), the tests' packages
(`scripts/setup tests`), and for the first run an index that pip can reach. With --peers only the peers are measured.
"""

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path

import inputs
import machine
from harness import Result, fresh, say
from scenarios import SCENARIOS


def table(results: list[Result]) -> str:
    rows = ["| what | Chidori | peer | ratio | must reach | |", "|---|---|---|---|---|---|"]
    for result in results:
        mark = {True: "✓", False: "**missed**", None: ""}[result.met]
        rows.append(f"| {result.what} | {result.ours} | {result.peer} | {result.ratio} | {result.target} | {mark} |")
    return "\n".join(rows)


def document(results: list[Result]) -> str:
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.facts())
    extents = "\n".join(
        f"- {' + '.join(asked)} is {inputs.extent(name)}" for name, asked in inputs.SETS.items())
    runs = sorted({result.runs for result in results if result.runs > 0})
    return f"""# Benchmarks

The last run of `make deep`'s benchmarks, by `python3 Tests/Benchmarks/run.py --all --write docs/benchmarks.md`.
Both sides work on the same inputs, in turns (A B A B …), on tmpfs; the figures are medians of {", ".join(map(str, runs))} runs after
one that is not counted. Inputs come from a local static index made with `pip download`; resolving is compared with both
caches warm and both tools offline. With bytecode uv compiles every source, and Chidori leaves tests out
([decision 18](decisions/0018-tests-have-no-bytecode.md)).

{extents}

{table(results)}

{facts}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", help="which to run")
    parser.add_argument("--all", action="store_true", help="run every scenario")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    parser.add_argument("--peers", action="store_true", help="measure the peers alone")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each side (5)")
    parser.add_argument("--work", type=Path, default=Path("/dev/shm"), help="where to work (/dev/shm)")
    parser.add_argument("--write", type=Path, help="write the table of the last run of every scenario here")
    arguments = parser.parse_args()
    if arguments.list:
        for name, scenario in SCENARIOS.items():
            print(f"{name:22} {scenario.__doc__.splitlines()[0]}")
        return
    names = list(SCENARIOS) if arguments.all else arguments.scenario
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown or not names:
        parser.error(f"unknown: {', '.join(unknown)}" if unknown else "name a scenario, or --all; --list tells which")
    if not arguments.peers and not os.access(inputs.CHIDORI, os.X_OK):
        parser.error(f"{inputs.CHIDORI} is not there: build it with swift build -c release --static-swift-stdlib")

    kept = inputs.KEPT / "results.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    last = json.loads(kept.read_text()) if kept.exists() else {}
    results: list[Result] = []
    for name in names:
        say(f"== {name}")
        folder = fresh(arguments.work / f"chidori-benchmark-{os.getpid()}")
        try:
            found = SCENARIOS[name](folder, arguments.runs, arguments.peers)
        finally:
            fresh(folder).rmdir()
        results += found
        if not arguments.peers:
            last[name] = [dataclasses.asdict(result) for result in found]
            kept.write_text(json.dumps(last, indent=1))
    print(table(results))
    if arguments.write:
        complete = [Result(**row) for name in SCENARIOS for row in last.get(name, [])]
        arguments.write.write_text(document(complete))
    if any(result.met is False for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
