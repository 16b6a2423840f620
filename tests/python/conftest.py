"""What several tests use."""

import json
import subprocess
from pathlib import Path

import ecoplan
import pytest

ROOT = Path(__file__).parents[2]


def vectors(name):
    return json.loads((ROOT / "spec" / "vectors" / name).read_text(encoding="utf-8"))


def all_vectors(kind):
    """The files of one kind: ``cases.json``, ``cases-air.json`` …"""
    return [vectors(path.name) for path in sorted((ROOT / "spec" / "vectors").glob(f"{kind}*.json"))]


@pytest.fixture(scope="session")
def plan():
    return ecoplan.plan("lianzhou-145")


@pytest.fixture(scope="session")
def rust():
    """What Rust says of the shared vectors, by their names."""
    command = ["cargo", "run", "--quiet", "--locked", "-p", "ecoplan-tests", "--example", "vector_reports"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    said = {}
    for line in lines:
        entry = json.loads(line)
        said[entry.pop("key")] = entry
    return said
