"""What measured: the machine and the versions of everything that took part."""

import datetime
import os
import platform
import subprocess

import inputs


def first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except OSError:
        return "not installed"
    return (done.stdout or done.stderr).strip().split("\n")[0]


def facts() -> list[tuple[str, str]]:
    model = memory = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as file:
        memory = f"{int(file.readline().split()[1]) / 2**20:.0f} GiB"
    with open("/etc/os-release") as file:
        system = next(line.split("=", 1)[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME"))
    commit = first_line("git", "-C", str(inputs.REPOSITORY), "rev-parse", "--short", "HEAD")
    return [
        ("when", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")),
        ("commit", commit),
        ("machine", f"{os.cpu_count()} × {model}, {memory}, Linux {platform.release()}"),
        ("system", system),
        ("uv", first_line(str(inputs.UV), "--version")),
        ("tar", first_line("tar", "--version")),
        ("gzip", first_line("gzip", "--version")),
        ("zstd", first_line("zstd", "--version").strip("* ")),
        ("swift", first_line("swift", "--version")),
        ("python", first_line("/usr/bin/python3", "--version")),
    ]
