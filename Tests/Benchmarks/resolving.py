"""Resolving: both caches warm, both tools offline, wheels alone, no old lock to lean on."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import inputs
from harness import Result, Side, peers_only, say, versus


@dataclasses.dataclass
class RequirementSet:
    """A file of uv's own requirement sets, and how it is asked for."""

    file: str
    python: str = "3.11"
    #: Projects without wheels, left out by overrides so that the rest has a solution.
    without: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return Path(self.file).stem


SETS = [
    RequirementSet("airflow.in", without=(
        "atlasclient", "json-merge-patch", "kylinpy", "pydruid", "pyhive", "pykerberos", "python-ldap", "python-nvd3")),
    RequirementSet("jupyter.in"),
    RequirementSet("backtracking/starlette-fastapi.in", "3.12"),
    RequirementSet("backtracking/numpy-sparse.in", "3.12"),
    RequirementSet("backtracking/numpy-numba.in", "3.12"),
    RequirementSet("backtracking/sentry.in", "3.12"),
    RequirementSet("backtracking/apache-beam-dill.in", "3.10"),
]


def resolve(sets: Path | None, asked: RequirementSet):
    name = f"resolve-{asked.name}"

    def scenario(folder: Path, runs: int, peers: bool) -> list[Result]:
        if sets is None or not (sets / asked.file).exists():
            missing = "not measured: the requirement sets are not here; CHIDORI_SETS names their folder"
            say(f"  {missing}")
            return [Result(name, f"resolve {asked.name}, warm, offline", missing, "", "", "≤ 1 ×", None, 0)]
        cache, data = inputs.KEPT / "uv-online", inputs.KEPT / "chidori-online"
        requirements, recipe, overrides = sets / asked.file, folder / f"{asked.name}.yaml", folder / "overrides.txt"
        lines = [line.partition(" #")[0].strip() for line in requirements.read_text().splitlines()]
        left_out = [f"{project} ; python_version < '3'" for project in asked.without]
        overrides.write_text("".join(line + "\n" for line in left_out))
        # JSON is YAML.
        recipe.write_text(json.dumps({
            "name": asked.name, "platform": "linux-x86_64-glibc2.28",
            "python": {
                "version": asked.python, "overrides": left_out, "sdists": "never",
                "packages": [line for line in lines if line and not line.startswith("#")],
            }}))
        uv = inputs.uv(
            "pip", "compile", str(requirements), "--overrides", str(overrides), "-o", f"{folder}/uv.txt", "--no-header",
            "--only-binary", ":all:", "--python-version", asked.python, "--python-platform", inputs.MANYLINUX,
            "--index-url", inputs.default_index(), cache=cache)
        chidori = " ".join(map(str, [
            inputs.CHIDORI, "env", "lock", recipe, "-o", f"{folder}/ours.lock.toml", "--data", data, "--quiet"]))
        peer = Side("uv pip compile --offline", f"{uv} --offline", f"rm -f {folder}/uv.txt")
        ours = Side("chidori env lock --offline", f"{chidori} --offline", f"rm -f {folder}/ours.lock.toml")
        say("  filling the caches")
        what = f"resolve {asked.name}, warm, offline"
        if asked.without:
            what += f", without {len(asked.without)} projects that have no wheels"
        uv_status = fill(uv)
        if peers:
            return peers_only(name, what, [peer], runs, folder)
        if fill(chidori) != 0:
            # A set that has no solution from wheels alone is one that both must refuse.
            if uv_status == 0:
                raise SystemExit(f"uv finds a solution, Chidori none: {chidori}")
            what += "; both say why wheels alone cannot do"
            peer.statuses, ours.statuses = (1,), (4,)
        return [versus(name, what, ours, peer, 1.0, max(runs, 10), folder)]

    scenario.__doc__ = f"resolve {asked.name} with warm caches, offline, against uv"
    return scenario


def fill(command: str) -> int:
    """Runs a command online, so that all that it needs is in its cache; gives its status."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(
        ["bash", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment).returncode


SCENARIOS = {f"resolve-{asked.name}": resolve(inputs.requirement_sets(), asked) for asked in SETS}
