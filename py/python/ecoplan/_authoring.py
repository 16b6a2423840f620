"""For authors of plans: a plan to start from, and the schema by which editors complete and check."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib.resources import files
from pathlib import Path

from . import _files, _words
from ._ecoplan import plan_schema
from ._files import Failure
from .types import Lang

_SCHEMA = "plan.schema.json"
"""The file that the first line of the starting plan names."""


def new(options: argparse.Namespace) -> int:
    """Writes a small plan that passes every check, with the schema beside it, and says how to go on."""
    path, lang = Path(options.file), options.lang
    if path.suffix != ".toml":
        raise Failure(f"{path}: a plan is a .toml file")
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(_starting(lang))
    except FileExistsError:
        raise Failure(f"{path}: exists, and is left as it is: remove it, or name another") from None
    print(_words.pick(lang, f"已写入 {path}", f"wrote {path}"))
    print(_write_schema(path.with_name(_SCHEMA), lang))
    print(_words.pick(lang, "下一步：", "next:"))
    for line in _next(path, lang):
        print(f"  {line}")
    return 0


def schema(options: argparse.Namespace) -> int:
    """Writes the JSON Schema of plan files."""
    with _files.writer(options.out) as stream:
        stream.write(plan_schema())
    return 0


def _starting(lang: Lang) -> str:
    """The starting plan with the comments of one language, which begin with its name."""
    text = files("ecoplan").joinpath("starting.toml").read_text(encoding="utf-8")
    (other,) = (one for one in _words.LANGS if one != lang)
    return re.sub(f"(?m)^#{lang} ", "# ", re.sub(f"(?m)^#{other} .*\n", "", text))


def _write_schema(path: Path, lang: Lang) -> str:
    """Writes the schema unless a file of its name is there, and says what it did."""
    wanted = plan_schema()
    if not path.exists():
        path.write_text(wanted, encoding="utf-8", newline="")
    elif path.read_text(encoding="utf-8", errors="replace") != wanted:
        renew = shlex.join(["ecoplan", "schema", "--out", str(path)])
        zh, en = (
            "已存在，与本版本的不同，未改动；更新：",
            "exists, is not of this version, and is left as it is; to renew it: ",
        )
        return f"{path} {_words.pick(lang, zh, en)}{renew}"
    return _words.pick(lang, f"{path} 供编辑器提示和检查", f"{path} is what editors complete and check by")


def _next(path: Path, lang: Lang) -> list[str]:
    """The commands that an author needs from here on, each with what it is for."""
    plan, cases, sheet = str(path), str(path.with_name("cases.csv")), str(path.with_name("projects.csv"))
    steps: list[tuple[list[str], str, str]] = [
        (["check", plan], "改写后检查", "check what you write"),
        (
            ["cases", "project-energy-review", "--plan", plan, "--out", cases],
            "列出一条规则的各种情形，由您填写预期结论",
            "list the cases of a rule, and fill in what you expect",
        ),
        (
            ["cases", "project-energy-review", "--plan", plan, "--check", cases],
            "与规则的结论比较",
            "compare with what the rule says",
        ),
        (["template", "project", "--plan", plan, "--out", sheet], "生成填报表", "make a table to fill in"),
        (["assess", sheet, "--subject", "project", "--plan", plan], "评价填好的表", "judge it"),
        (["scorecard", "--plan", plan], "评价指标", "judge the indicators"),
    ]
    language = [] if lang == "en" else ["--lang", lang]
    return [f"{shlex.join(['ecoplan', *step, *language])}  # {_words.pick(lang, zh, en)}" for step, zh, en in steps]
