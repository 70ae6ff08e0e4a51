"""The machine and the versions that the figures belong to."""

import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psycopg

from stack.maven import KAFKA_VERSION

PACKAGES = ("faust-streaming", "aiokafka", "psycopg", "SQLAlchemy", "fastapi", "uvicorn", "pydantic", "dlt")


def described(database_url: str) -> list[tuple[str, str]]:
    """Name and value; the load is that of the minute before the run."""
    one, five, _ = os.getloadavg()
    with psycopg.connect(database_url) as connection:
        postgres = connection.execute("SHOW server_version").fetchone()
    return [
        ("When", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("Processor", f"{_processor()}, {len(os.sched_getaffinity(0))} cores"),
        ("Memory", f"{_memory_kb() / 1024**2:.1f} GB"),
        ("System", f"{_system()}, Linux {platform.release()}"),
        ("Load before", f"{one:.2f} in the last minute, {five:.2f} in five"),
        ("Python", sys.version.split()[0]),
        ("PostgreSQL", str(postgres[0]) if postgres else "unknown"),
        ("Kafka", KAFKA_VERSION),
        ("pgloader", pgloader_version() or "not installed"),
        *((name, _version(name)) for name in PACKAGES),
    ]


def pgloader_version() -> str | None:
    """Debian's pgloader, None where there is none."""
    program = shutil.which("pgloader")
    if program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)
    return said.stdout.partition('"')[2].partition('"')[0] or "of an unknown version"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_kb() -> int:
    return int(Path("/proc/meminfo").read_text().split()[1])


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
