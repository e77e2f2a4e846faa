"""Shared volumes: what publishing asks of a network file system, which is operations and not bytes."""

from pathlib import Path

import inputs
from environment import Environment
from harness import Result, fresh, run

#: The most that publishing may take where the packages are there.
LIMIT = 1000


def operations(command: str, volume: Path, folder: Path) -> int:
    """The system calls of a command that name a path on the volume, or a descriptor of one."""
    log = folder / "strace.log"
    run(f"strace -f -y -s 4096 -e trace=%file,%desc -o {log} {command}", folder)
    place = str(volume)
    with open(log, errors="replace") as lines:
        return sum(place in line and " resumed>" not in line and "execve(" not in line for line in lines)


def publish(folder: Path, runs: int, peers: bool) -> list[Result]:
    """file-system operations to publish tensorflow to a volume that has its packages"""
    if peers:
        return []
    environment = Environment("tensorflow", folder, peers, bytecode=True)
    volume = fresh(folder / "volume")
    recipe = folder / "other.yaml"
    environment.write_recipe(recipe, environment.requirements.read_text().split(), bytecode=True)
    # The same packages, and yet an environment of its own.
    recipe.write_text(recipe.read_text() + "environment:\n  OTHER: 'yes'\n")
    other = folder / "other.lock.toml"
    with inputs.served(inputs.index("tensorflow")) as index:
        run(environment.chidori("env", "lock", recipe, "-o", other, "--index-url", index), folder)
    arguments = ["--volume", volume, "--offline"]
    run(environment.chidori("volume", "publish", environment.lock, *arguments), folder)
    count = operations(environment.chidori("volume", "publish", other, *arguments), volume, folder)
    again = operations(environment.chidori("volume", "publish", other, *arguments), volume, folder)
    what = "file-system operations to publish tensorflow-cpu + pandas to a volume, packages there"
    return [
        Result("volume-publish", what, f"{count}", "", "", f"≤ {LIMIT:,}", count <= LIMIT, 1),
        Result("volume-publish", "the same, the environment there too", f"{again}", "", "", "", None, 1),
    ]


SCENARIOS = {"volume-publish": publish}
