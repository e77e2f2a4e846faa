"""Folders: from a warm store to an environment's tree, and what bytecode in it is worth."""

from pathlib import Path

import inputs
from environment import Environment
from harness import Result, Side, alone, peers_only, run, versus


def tree(links: str, limit: float, at_most: float | None):
    def scenario(folder: Path, runs: int, peers: bool) -> list[Result]:
        environment = Environment("tensorflow", folder, peers)
        peer = Side("uv pip sync (hard links)", environment.uv_sync("hardlink"), environment.make_venv())
        what = f"tensorflow-cpu + pandas, warm store → tree, `--links {links}`, bytecode off"
        if peers:
            return peers_only(f"tree-{links}", what, [peer], runs, folder)
        build = environment.chidori(
            "env", "build", environment.lock, "--to", folder / "tree", "--links", links, "--offline")
        run(build, folder)  # packages are unpacked before, as uv's cache holds them unpacked
        ours = Side("chidori env build", build, f"chmod -R u+w {folder}/tree; rm -rf {folder}/tree")
        return [versus(f"tree-{links}", what, ours, peer, limit, runs, folder, at_most)]

    scenario.__doc__ = f"warm store → tree with {links}s, against uv's hard-link install"
    return scenario


def imports(folder: Path, runs: int, peers: bool) -> list[Result]:
    """first import of tensorflow and pandas in a read-only tree, with and without bytecode"""
    program = "-c 'import tensorflow, pandas'"
    quiet = "TF_CPP_MIN_LOG_LEVEL=3 PYTHONDONTWRITEBYTECODE=1"
    what = "first `import tensorflow, pandas` in a read-only tree"
    environment = Environment("tensorflow", folder, peers, bytecode=True)
    run(environment.make_venv(), folder)
    run(environment.uv_sync("copy"), folder)
    # Root can write to what is read-only, so Python is told not to.
    without = Side("without bytecode", f"{quiet} {environment.venv}/bin/python {program}")
    if peers:
        return peers_only("import", what, [without], runs, folder)
    # The same interpreter on both sides.
    run(environment.chidori("env", "build", environment.lock, "--to", folder / "tree", "--offline", "--python",
                            "/usr/bin/python3.11"), folder)
    ours = Side("with bytecode", f"{quiet} {folder}/tree/bin/python {program}")
    return [versus("import", what, ours, without, 0.45, runs, folder)]


def unchanged(folder: Path, runs: int, peers: bool) -> list[Result]:
    """chidori env build, locked, when nothing changed"""
    if peers:
        return []
    environment = Environment("tensorflow", folder, peers, bytecode=True)
    build = environment.chidori(
        "env", "build", environment.lock, "--to", folder / "tree", "--image", f"oci:{folder}/image:t", "--offline",
        "--python", "/usr/bin/python3.11")
    run(build, folder)
    what = "whole `chidori env build` when nothing changed, locked"
    return [alone("unchanged", what, Side("chidori env build", build), 0.060, max(runs, 10), folder)]


SCENARIOS = {
    "tree-symlink": tree("symlink", 0.05, 0.040),
    "tree-hardlink": tree("hardlink", 0.7, None),
    "import": imports,
    "unchanged": unchanged,
}
