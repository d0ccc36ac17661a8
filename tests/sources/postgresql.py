"""A PostgreSQL on the loopback, started for a test with data of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs, or skip the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        pytest.skip("no PostgreSQL on this machine (initdb)")
    return found[-1].parent if found else Path(str(on_path)).parent


def someone_else() -> dict[str, Any]:
    """Return whom the server runs as: it refuses root."""
    if os.name != "posix" or os.getuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return {"user": name}
    pytest.skip("PostgreSQL refuses root, and there is no other user")


@contextlib.contextmanager
def started() -> Iterator[str]:
    """Start PostgreSQL on the loopback with data of its own, and yield its address."""
    programs, user = binaries(), someone_else()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if user:
        shutil.chown(folder, user["user"])
    data = folder / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}

    def done(command: list[str]) -> None:
        with (folder / "said").open("w") as said:
            subprocess.run(
                command, cwd=folder, env=environment, timeout=120, check=True,
                stdout=said, stderr=subprocess.STDOUT, **user,
            )  # fmt: skip

    control = [str(programs / "pg_ctl"), "-D", str(data)]
    try:
        done(
            [
                str(programs / "initdb"),
                "-D",
                str(data),
                "-A",
                "trust",
                "-U",
                "test",
                "-N",
                "-E",
                "UTF8",
            ]
        )
        told = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        log = str(folder / "log")
        done([*control, "-w", "-l", log, "-o", told, "start"])
        try:
            yield f"postgresql://test@127.0.0.1:{port}/postgres"
        finally:
            done([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)
