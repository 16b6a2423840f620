"""The package as people get it: on several interpreters, without anything it does not need, as the README says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

WHEELS = sorted((ROOT / "target" / "wheels").glob("*.whl"))

TRY = """
import ecoplan, json, pickle, sys
plan = ecoplan.plan("lianzhou-145")
report = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6)
assert report["wwtp-urban-bod-plus-20-2025"].outcome == "satisfied"
assert pickle.loads(pickle.dumps(report)) == report
import ecoplan.lianzhou_145, ecoplan.types, ecoplan.command
heavy = {"matplotlib", "openpyxl", "pandas", "polars", "pyarrow", "rich", "numpy"} & set(sys.modules)
assert not heavy, heavy
"""


def fresh(tmp_path, python):
    """A virtual environment with the wheel and nothing else."""
    subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True)
    inside = tmp_path / "venv" / "bin" / "python"
    wheel = [WHEELS[0]] if WHEELS else pytest.skip("no wheel was built (tests/run python builds it)")
    subprocess.run([inside, "-m", "pip", "install", "-q", "--no-index", "--no-deps", *wheel], check=True)
    return inside


def interpreter(version):
    """An interpreter of this version, on the path or installed by pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for python in [shutil.which(f"python{version}"), *root.glob(f"versions/{version}.*/bin/python")]:
        if python and subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14"])
def test_one_wheel_for_every_interpreter(version, tmp_path):
    python = interpreter(version) or pytest.skip(f"there is no Python {version} here")
    subprocess.run([fresh(tmp_path, python), "-c", TRY], check=True, cwd=tmp_path)


def test_the_readmes_code_in_a_fresh_environment(tmp_path):
    python = fresh(tmp_path, sys.executable)
    for readme in (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "py" / "README.md"):
        blocks = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
        assert blocks, readme
        needs_more = [block for block in blocks if "import polars" in block or "plot(" in block]
        for block in blocks:
            run = [sys.executable] if block in needs_more else [python]
            subprocess.run([*run, "-c", block], check=True, cwd=tmp_path)


def test_only_what_is_used_is_imported():
    subprocess.run([sys.executable, "-c", TRY], check=True)


def test_docstrings_examples():
    import doctest

    import ecoplan
    import ecoplan._error

    for module in (ecoplan, ecoplan._error):
        assert doctest.testmod(module).failed == 0
        assert doctest.testmod(module).attempted > 0
