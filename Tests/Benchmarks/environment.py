"""What the scenarios of trees and images share: an environment's recipe, its lock, and stores in known states."""

import subprocess
from pathlib import Path

import inputs
from harness import run, say


class Environment:
    """A set of pinned packages, ready for both tools, in a folder of its own on the measured file system."""

    def __init__(self, name: str, folder: Path, peers: bool, bytecode: bool = False):
        self.name, self.folder = name, folder
        self.requirements = inputs.pins(name)
        self.uv_cache = folder / "uv-cache"
        self.venv = folder / "venv"
        self.data = folder / "data"
        self.lock = folder / f"{name}.lock.toml"
        with inputs.served(inputs.index(name)) as index:
            self.index = index
            self._warm_uv(index)
            if not peers:
                self._fetch(index, bytecode)

    def _warm_uv(self, index: str) -> None:
        """Unpacks every wheel into uv's cache, as any earlier installation would have."""
        say("  filling uv's cache")
        run(self.make_venv(), self.folder)
        run(self.uv_sync("hardlink", offline=False), self.folder)
        run(f"rm -rf {self.venv}", self.folder)

    def _fetch(self, index: str, bytecode: bool) -> None:
        say("  locking and fetching")
        recipe = self.folder / f"{self.name}.yaml"
        self.write_recipe(recipe, self.requirements.read_text().split(), bytecode)
        run(self.chidori("env", "lock", recipe, "-o", self.lock, "--index-url", index), self.folder)
        run(self.chidori("env", "fetch", self.lock, "--index-url", index), self.folder)

    def write_recipe(self, path: Path, packages: list[str], bytecode: bool) -> None:
        lines = [f"name: {self.name}", "python:", f"  version: '{inputs.PYTHON}'", "  packages:"]
        lines += [f"    - {package}" for package in packages]
        lines += ["platform: linux-x86_64-glibc2.28", f"bytecode: {'true' if bytecode else 'false'}"]
        path.write_text("\n".join(lines) + "\n")

    def chidori(self, *arguments) -> str:
        return " ".join(map(str, [inputs.CHIDORI, *arguments, "--data", self.data, "--quiet"]))

    def make_venv(self) -> str:
        return f"rm -rf {self.venv} && " + inputs.uv(
            "venv", str(self.venv), "--python", "/usr/bin/python3.11", cache=self.uv_cache)

    def uv_sync(self, link_mode: str, *more: str, offline: bool = True) -> str:
        # Offline too, uv finds what it has by the index it came from.
        where = ["--index-url", self.index] + (["--offline"] if offline else [])
        return f"VIRTUAL_ENV={self.venv} " + inputs.uv(
            "pip", "sync", str(self.requirements), "--link-mode", link_mode, *where, *more, cache=self.uv_cache)

    def keep(self, data: Path, copy: Path) -> None:
        """Sets a data folder's state aside; files are linked, since nothing changes a file of a store in place."""
        subprocess.run(["cp", "-a", str(data), str(copy)], check=True)

    def restore(self, copy: Path) -> str:
        return f"chmod -R u+w {self.data}; rm -rf {self.data}; cp -a {copy} {self.data}"
