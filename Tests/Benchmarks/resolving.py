"""Resolving: both caches warm, both tools offline, no old lock to lean on."""

import subprocess
from pathlib import Path

import inputs
from harness import Result, Side, peers_only, versus


def resolve(requirements: Path, name: str):
    def scenario(folder: Path, runs: int, peers: bool) -> list[Result]:
        cache, data = inputs.KEPT / "uv-online", inputs.KEPT / "chidori-online"
        index = inputs.default_index()

        def uv_side(*more: str) -> str:
            return inputs.uv(
                "pip", "compile", str(requirements), "-o", f"{folder}/uv.txt", "--no-header", "--python-version",
                inputs.PYTHON, "--python-platform", inputs.MANYLINUX, "--index-url", index, *more, cache=cache)

        def our_side(*more: str) -> str:
            return " ".join([
                str(inputs.CHIDORI), "env", "lock", str(requirements), "-o", f"{folder}/ours.lock.toml", "--data",
                str(data), "--python-version", inputs.PYTHON, "--platform", "linux-x86_64-glibc2.28", "--quiet", *more])

        inputs.say("  filling the caches")
        subprocess.run(["bash", "-c", uv_side()], check=True, stdout=subprocess.DEVNULL)
        peer = Side("uv pip compile", uv_side("--offline"), f"rm -f {folder}/uv.txt")
        what = f"resolve {name}, warm, offline"
        if peers:
            return peers_only(f"resolve-{name}", what, [peer], runs, folder)
        subprocess.run(["bash", "-c", our_side()], check=True, stdout=subprocess.DEVNULL)
        ours = Side("chidori env lock", our_side("--offline"), f"rm -f {folder}/ours.lock.toml")
        return [versus(f"resolve-{name}", what, ours, peer, 1.0, runs, folder)]

    scenario.__doc__ = f"resolve {name} with warm caches, offline, against uv"
    return scenario


SCENARIOS = {}
if (sets := inputs.requirement_sets()) is not None:
    for path in [sets / "airflow.in", sets / "jupyter.in", *sorted((sets / "backtracking").glob("*.in"))]:
        SCENARIOS[f"resolve-{path.stem}"] = resolve(path, path.stem)
