"""The command ``ecoplan``.

Exit status: 0 when all is well, 1 when cells, receipts or plan files are wrong, 2 when the command cannot be run.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn
from xml.etree import ElementTree

import ecoplan

from . import _assess, _authoring, _cells, _files, _review, _scorecard, _template, _words
from ._cells import CellError
from ._ecoplan import Plan
from ._error import Error, Problem
from ._files import Failure
from .types import Lang

DEFAULT_PLAN = "lianzhou-145"

_FORMATS = {
    ".txt": "terminal",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command with the arguments of the process, or with others, and gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a character still shows the others
    lang: Lang = "en"
    try:
        options = _parser().parse_args(arguments)
        lang = getattr(options, "lang", lang)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except SystemExit as end:  # of argparse: help, version, bad usage
        return end.code if isinstance(end.code, int) else 2
    except BrokenPipeError:
        # Whoever read has read enough. Python would complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    except Failure as failure:
        _complain([str(failure)])
    except Error as error:
        _complain(_words.problem(problem, lang) for problem in error.errors)
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in ("rich", "openpyxl", "pyarrow"):
            raise
        _complain([f'{package} is not installed: pip install "ecoplan[command]"'])
    except OSError as error:
        _complain([f"{error.filename}: {error.strerror}" if error.filename is not None else str(error)])
    return 2


def _complain(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"ecoplan: {_words.printable(line)}", file=sys.stderr)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _complain([f"{message}; see `{self.prog} --help`"])
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    about = "Judges facts against a Chinese city's environmental plan: exact decimals, findings with reasons."
    parser = _Parser(
        prog="ecoplan", description=about, epilog="example: ecoplan assess plants.csv --subject urban_wwtp"
    )
    parser.add_argument("--version", action="version", version=f"ecoplan {ecoplan.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Any, about: str, example: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about, epilog=f"example: ecoplan {example}")
        made.set_defaults(run=run)
        return made

    make = command("assess", _run_assess, "judge the rows of a table", "assess plants.csv --subject urban_wwtp")
    make.add_argument("table", help="CSV (UTF-8 or GB18030), Excel (.xlsx) or Parquet; - reads standard input")
    make.add_argument("--subject", required=True, help="what a row is about; `ecoplan rules` lists the subjects")
    _plan_options(make, day=True)
    _output_options(make, "terminal", "csv", "xlsx", "json", "html")
    make.add_argument("--sheet", help="the sheet of a workbook; otherwise the first")

    make = command("scorecard", _run_scorecard, "judge the plan's indicators", "scorecard values.csv --lang zh")
    about = "table with the columns fact, value, year, not_assessed, or JSON; otherwise what the plan itself reports"
    make.add_argument("values", nargs="?", help=about)
    _plan_options(make, day=True)
    _output_options(make, "terminal", "csv", "xlsx", "json", "html")
    make.add_argument("--sheet", help="the sheet of a workbook; otherwise the first")

    make = command("rules", _run_rules, "list subjects and rules", "rules --subject project --lang zh")
    make.add_argument("--subject", help="only the rules of this subject")
    _plan_options(make)
    _output_options(make, "terminal", "json")

    make = command("facts", _run_facts, "list the facts of a subject", "facts urban_wwtp")
    make.add_argument("subject", help="`ecoplan rules` lists the subjects")
    _plan_options(make)
    _output_options(make, "terminal", "json")

    make = command("template", _run_template, "write a sheet to fill in", "template urban_wwtp --out plants.xlsx")
    make.add_argument("subject", help="`ecoplan rules` lists the subjects")
    make.add_argument("--out", required=True, help="an .xlsx file, or .csv for the headings alone; none that exists")
    _plan_options(make)

    about = "list the cases of a rule to review, or what the cases of all rules cover"
    make = command("cases", _run_cases, about, "cases two-high-definition --out two-high-definition.csv")
    about = "`ecoplan rules` lists the rules; otherwise which outcomes and readings of every rule have a case"
    make.add_argument("rule", nargs="?", help=about)
    about = (
        "cases with what is expected of each, compared with what the rules say: a table of one rule, called after it "
        "unless RULE is given, or JSON as in spec/vectors/cases.json"
    )
    make.add_argument("--check", metavar="FILE", nargs="+", help=about)
    _plan_options(make)
    _output_options(make, "terminal", "csv", "xlsx", "json")

    make = command("new", _authoring.new, "write a plan to start from", "new county.toml --lang zh")
    make.add_argument("file", help="the TOML file to write; none that exists")
    make.add_argument("--lang", choices=_words.LANGS, default="en", help="language of the comments and messages")

    make = command("schema", _authoring.schema, "write the JSON Schema of plan files", "schema --out plan.schema.json")
    make.add_argument("--out", metavar="FILE", help="where to write; otherwise standard output")

    about = "write the rules of a subject as a DMN 1.5 decision model"
    make = command("dmn", _run_dmn, about, "dmn urban_wwtp --out urban_wwtp.dmn")
    make.add_argument("subject", help="`ecoplan rules` lists the subjects")
    make.add_argument("--out", metavar="FILE", help="where to write; otherwise standard output")
    _plan_options(make)

    make = command("check", _run_check, "check plan files", "check plan.toml sewage.toml --analyse")
    make.add_argument("plan", nargs="+", help="the TOML files of one plan, or a bundled plan", metavar="FILE.toml|ID")
    about = "say what holds of the rules for all cases: contradictions, gaps, what can never happen"
    make.add_argument("--analyse", action="store_true", help=about)
    make.add_argument("--lang", choices=_words.LANGS, default="en", help="language of the messages")
    _output_options(make, "terminal", "json")

    about = "say what is different between two plans or versions"
    make = command("diff", _run_diff, about, "diff lianzhou-135 lianzhou-145")
    for name in ("earlier", "later"):
        make.add_argument(name, help=f"a bundled plan ({', '.join(ecoplan.plans())}) or a TOML file of your own")
    make.add_argument("--lang", choices=_words.LANGS, default="en", help="language of the output")
    _output_options(make, "terminal", "json")

    make = command("verify", _run_verify, "evaluate a report again, and compare", "verify receipt.json")
    make.add_argument("receipt", help="the JSON of a report, or of `ecoplan assess`")
    _plan_options(make)
    return parser


def _plan_options(parser: argparse.ArgumentParser, day: bool = False) -> None:
    about = f"a bundled plan ({', '.join(ecoplan.plans())}) or a TOML file of your own; repeat it for several files"
    parser.add_argument("--plan", action="append", metavar="ID|FILE.toml", help=about)
    parser.add_argument("--lang", choices=_words.LANGS, default="en", help="language of the output")
    if day:
        parser.add_argument("--as-of", metavar="DATE", help="day of judgement; otherwise the plan's last")


def _output_options(parser: argparse.ArgumentParser, *formats: str) -> None:
    about = "otherwise by the name of --out, or terminal"
    parser.add_argument("--format", choices=formats, help=about)
    parser.add_argument("--out", metavar="FILE", help="where to write; otherwise standard output")
    parser.set_defaults(formats=formats)


def _plan(options: argparse.Namespace, otherwise: str = DEFAULT_PLAN) -> Plan:
    """The plan that the options name, as of their day."""
    given: list[str] = options.plan or [otherwise]
    if any(name.endswith(".toml") or os.sep in name for name in given):
        plan = _load(given)
    elif len(given) > 1:
        raise Failure(f"--plan names several plans: {', '.join(given)}")
    else:
        plan = ecoplan.plan(given[0])
    day = getattr(options, "as_of", None)
    return plan if day is None else plan.at(day)


def _load(files: Sequence[str]) -> Plan:
    names = [Path(file).name for file in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Failure(f"errors could not tell the files called {', '.join(twice)} apart: rename one")
    return ecoplan.load(*files)


def _format(options: argparse.Namespace, source: str | None = None) -> str:
    """The format asked for, by name or by the ending of the file, which must not be the one that is read."""
    out: str | None = options.out
    ending = Path(out).suffix.lower() if out is not None else ".txt"
    form: str = options.format or _FORMATS.get(ending, "")
    if form not in options.formats:
        raise Failure(f"{out}: --format is one of {', '.join(options.formats)}")
    if form == "xlsx" and out is None:
        raise Failure("--format xlsx needs --out FILE.xlsx")
    both = [Path(file) for file in (out, source) if file is not None and Path(file).exists()]
    if len(both) == 2 and both[0].samefile(both[1]):
        raise Failure(f"{out}: this is the table that is read")
    return form


def _run_assess(options: argparse.Namespace) -> int:
    form, plan = _format(options, options.table), _plan(options)
    plan.facts(options.subject)  # a wrong subject is said before the file is read
    sheet = _files.read(options.table, options.sheet)
    found = _assess.assess(plan, options.subject, sheet, options.lang)
    _kept(found, sheet.file)
    _bad_cells(found.errors, sheet.file, options.lang)
    found.write(form, options.out)
    return 1 if found.errors else 0


def _kept(found: _assess.Assessment, file: str) -> None:
    """Says which headings are no facts: one may be misspelt."""
    facts = found.plan.facts(found.subject)
    kept = []
    for heading in (found.table.headings[place] for place in found.table.others):
        if heading.strip() and not _cells.is_name(heading):
            near = _cells.nearest(heading, facts)
            kept.append(f"`{heading}`" + (f" (did you mean `{near}`?)" if near else ""))
    if kept:
        text = _words.pick(found.lang, "以下列不是事实，原样保留：", "columns that give no fact, kept as they are: ")
        _complain([f"{file}: {text}{', '.join(kept)}"])


def _bad_cells(errors: Sequence[CellError], file: str, lang: Lang) -> None:
    _complain(f"{file}: {error.line(lang)}" for error in errors)


def _run_scorecard(options: argparse.Namespace) -> int:
    form = _format(options, options.values)
    lang: Lang = options.lang
    card, errors = _scorecard.judge(_plan(options), options.values, options.sheet)
    _bad_cells(errors, options.values or "", lang)
    _scorecard.write(card, errors, form, options.out, lang)
    return 1 if errors else 0


def _run_rules(options: argparse.Namespace) -> int:
    plan = _plan(options)
    lang: Lang = options.lang
    rules, subjects = plan.rules(options.subject), plan.subjects()
    found = {"plan": plan.id, "title": plan.title, "subjects": subjects, "rules": rules}
    if _format(options) == "json":
        return _json(found, options.out)
    from . import _terminal

    with _terminal.console(options.out) as console:
        headings = _words.pick(lang, "对象,名称,规则,事实", "subject,label,rules,facts").split(",")
        counts = [(len(plan.rules(one["id"])), len(plan.facts(one["id"]))) for one in subjects]
        lines = [[s["id"], s["label"][lang], *map(str, count)] for s, count in zip(subjects, counts, strict=True)]
        console.print(f"{plan.title[lang]} [{plan.id}]\n", soft_wrap=True)
        _terminal.table(console, headings, lines)
        console.print()
        headings = _words.pick(lang, "规则,对象,类型,内容", "rule,subject,kind,title").split(",")
        rows = [[r["id"], r["subject"], _words.KINDS[r["kind"]][lang], r["title"][lang]] for r in rules]
        _terminal.table(console, headings, rows)
    return 0


def _json(found: object, out: str | None) -> int:
    with _files.writer(out) as stream:
        stream.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return 0


def _run_facts(options: argparse.Namespace) -> int:
    plan = _plan(options)
    lang: Lang = options.lang
    facts = plan.facts(options.subject)
    if _format(options) == "json":
        return _json({"plan": plan.id, "subject": options.subject, "facts": facts}, options.out)
    from . import _terminal

    headings = _words.pick(lang, "事实,名称,类型,取值,来源", "fact,label,kind,values,source").split(",")
    rows = []
    for fact in facts:
        values = ", ".join(f"{choice['id']} {choice['label'][lang]}" for choice in fact["choices"])
        if fact["kind"] == "number":
            ends = f"{fact['min'] or '−∞'} … {fact['max'] or '∞'}"
            values = f"{ends} {_words.unit(fact['unit'], lang)}".strip()
        kind, source = _words.FACT_KINDS[fact["kind"]][lang], _words.SOURCES[fact["source"]][lang]
        rows.append([fact["name"], fact["label"][lang], kind, values, source])
    with _terminal.console(options.out) as console:
        _terminal.table(console, headings, rows)
    return 0


def _run_template(options: argparse.Namespace) -> int:
    if Path(options.out).suffix.lower() not in (".xlsx", ".csv"):
        raise Failure(f"{options.out}: a template is an .xlsx or .csv file")
    _keep(options.out)
    _template.write(_plan(options), options.subject, options.out)
    return 0


def _keep(out: str) -> None:
    """Refuses to write where somebody may have filled something in."""
    if Path(out).exists():
        raise Failure(f"{out}: exists, and may be filled in: remove it, or name another")


def _run_cases(options: argparse.Namespace) -> int:
    form, plan = _format(options), _plan(options)
    lang: Lang = options.lang
    if options.rule is None:
        return _covered(plan, options.check or [], form, options)
    cases = plan.boundary_cases(options.rule)
    if options.check is not None:
        compared = _review.compare(plan, options.rule, options.check, lang)
        print(*map(_words.printable, compared.lines), compared.summary(lang), sep="\n")
        [covered] = plan.only(options.rule).case_coverage(compared.findings)["rules"]
        if left := _review.left(covered, lang):
            print(_words.pick(lang, "尚无一行得出：", "no row comes to: ") + ", ".join(left))
        return 0 if compared.good else 1
    if options.out is not None:
        _keep(options.out)
    if form == "json":
        return _json({"plan": plan.id, "rule": options.rule, "cases": cases}, options.out)
    # What is expected is for a person to say, by the clause and not by what the program answers.
    names = list(dict.fromkeys(name for case in cases for name in case["facts"]))
    columns = _review.ABOUT, _review.OF, _review.DAY, _review.EXPECTED
    about, of, day, expected = (_words.text_in(lang, column) for column in columns)
    headings = [about, of, day, *names, expected]
    rows: list[list[Any]] = [
        [case["about"], case["of"], case["as_of"], *(_listed(case["facts"].get(name)) for name in names), None]
        for case in cases
    ]
    if form in ("csv", "xlsx"):
        _table([headings, *rows], form, options.out, _words.pick(lang, "情形", "cases"))
        return 0
    from . import _terminal

    with _terminal.console(options.out) as console:
        _terminal.table(console, headings, [["" if cell is None else str(cell) for cell in row] for row in rows])
    return 0


def _covered(plan: Plan, files: Sequence[str], form: str, options: argparse.Namespace) -> int:
    """Which outcomes, decisions and readings of which rules the cases of files cover."""
    lang: Lang = options.lang
    compared = _review.compare(plan, None, files, lang)
    _complain(compared.lines)
    coverage = plan.case_coverage(compared.findings)
    if form == "json":
        _json({"plan": plan.id, **coverage}, options.out)
    elif form in ("csv", "xlsx"):
        rows = [
            [rule["rule"], one.get("outcome"), one.get("decision"), one.get("reading"), one["cases"]]
            for rule in coverage["rules"]
            for one in (*map(dict[str, Any], rule["conclusions"]), *map(dict[str, Any], rule["readings"]))
        ]
        headings = _words.pick(lang, "规则|结论|决定|另一种读法|情形数", "rule|outcome|decision|reading|cases").split(
            "|"
        )
        _table([headings, *rows], form, options.out, _words.pick(lang, "覆盖", "coverage"))
    else:
        from . import _terminal

        gaps = [(rule["rule"], ", ".join(_review.left(rule, lang))) for rule in coverage["rules"]]
        with _terminal.console(options.out) as console:
            if any(left for _, left in gaps):
                headings = _words.pick(lang, "规则|尚无情形", "rule|without a case").split("|")
                _terminal.table(console, headings, [gap for gap in gaps if gap[1]])
            if files:
                console.print(compared.summary(lang), soft_wrap=True)
            console.print(_review.counts(coverage, lang), soft_wrap=True)
    return 0 if compared.good else 1


def _table(rows: list[list[Any]], form: str, out: str | None, title: str) -> None:
    """Writes a table as CSV, or as Excel, where what is a number is one."""
    if form == "csv":
        _files.write_csv(rows, out)
    else:
        _files.write_xlsx([[_files.number(cell) for cell in row] for row in rows], out or "", title)


def _listed(value: Any) -> str | None:
    """A value as a cell: the members of a set, parted by commas; nothing where it is not known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else value


def _run_dmn(options: argparse.Namespace) -> int:
    model = _plan(options).dmn(options.subject)
    with _files.writer(options.out) as stream:
        stream.write(model)
    text = _words.pick(options.lang, "未导出", "not exported")
    for left in ElementTree.fromstring(model).iter("{urn:ecoplan:dmn}notExported"):
        _complain([f"{left.get('decision')}: {text}: {left.get('reason')}"])
    return 0


def _run_check(options: argparse.Namespace) -> int:
    form = _format(options)
    lang: Lang = options.lang
    try:
        plan = _plan(options)
    except Error as error:
        if form == "json":
            _json({"errors": [dataclasses.asdict(problem) for problem in error.errors]}, options.out)
        else:
            with _files.writer(options.out) as stream:
                stream.writelines(f"{_words.problem(problem, lang)}\n" for problem in error.errors)
        return 1
    rules, subjects = len(plan.rules()), plan.subjects()
    facts = sum(len(plan.facts(one["id"])) for one in subjects)
    analysis = plan.analyse() if options.analyse else None
    if form == "json":
        found = {"plan": plan.id, "rules": rules, "facts": facts, "subjects": len(subjects), "errors": []}
        return _json(found if analysis is None else {**found, "analysis": analysis}, options.out)
    zh = f"{plan.id}：{rules} 条规则，{facts} 个事实，{len(subjects)} 类对象"
    lines = [_words.pick(lang, zh, f"{plan.id}: {rules} rules, {facts} facts, {len(subjects)} subjects")]
    if analysis is not None:
        lines += ["", analysis["text"][lang].rstrip()]
    with _files.writer(options.out) as stream:
        stream.writelines(f"{line}\n" for line in lines)
    return 0


def _run_diff(options: argparse.Namespace) -> int:
    form = _format(options)
    lang: Lang = options.lang
    one, other = (
        _load([name]) if name.endswith(".toml") or os.sep in name else ecoplan.plan(name)
        for name in (options.earlier, options.later)
    )
    found = one.diff(other)
    if form == "json":
        return _json({"earlier": one.id, "later": other.id, **found}, options.out)
    from . import _terminal

    def pair(values: list[Any] | None) -> str:
        return "" if values is None else " → ".join("–" if value is None else str(value) for value in values)

    rows = []
    for change in found["changed"]:
        witness = change["witness"]
        facts = "; ".join(f"{name} = {_listed(value)}" for name, value in (witness or {"facts": {}})["facts"].items())
        ends = [_words.verdict("", witness[end], lang) for end in ("before", "after")] if witness else None
        shown = f"{facts}: {pair(ends)}" if witness else ""
        others = [pair(change["attribute"]), pair(change["strength"]), pair(change["due"])]
        rows.append([change["after"], _words.TESTS[change["test"]][lang], "; ".join(filter(None, others)), shown])
    with _terminal.console(options.out) as console:
        headings = _words.pick(lang, "规则|检验|其他变化|例证", "rule|test|other changes|a case").split("|")
        _terminal.table(console, headings, rows)
        console.print()
        for zh, en, ids in (("新增", "added", found["added"]), ("删去", "removed", found["removed"])):
            if ids:
                console.print(f"{_words.pick(lang, zh, en)} ({len(ids)}): {', '.join(ids)}", soft_wrap=True)
        console.print(f"{_words.pick(lang, '相同', 'the same')}: {found['same']}", soft_wrap=True)
    return 0


def _run_verify(options: argparse.Namespace) -> int:
    file: str = options.receipt
    lang: Lang = options.lang
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    found = _scorecard.parse(file, data)
    cases = found.get("cases") if isinstance(found, dict) else None
    if cases is None:
        receipts: list[tuple[str, Any]] = [("", found)]
    elif isinstance(cases, list) and all(isinstance(case, dict) for case in cases):
        receipts = [
            (_words.pick(lang, f"第 {c.get('row')} 行：", f"row {c.get('row')}: "), c.get("report")) for c in cases
        ]
    else:
        raise Failure(f"{file}: `cases` is not a list of rows with reports")
    if not all(isinstance(one, dict) and isinstance(one.get("plan"), dict) for _, one in receipts):
        raise Failure(f"{file}: neither a report nor what `ecoplan assess --format json` writes")
    plans: dict[str, Plan] = {}
    wrong = 0
    for place, one in receipts:
        id = str(one["plan"].get("id"))  # noqa: A001
        try:
            if id not in plans:
                plans[id] = _plan(options, otherwise=id)
            plans[id].verify(data if cases is None else json.dumps(one, default=float))
            _agrees(found, one)
        except Error as error:
            wrong += 1
            _complain(f"{file}: {place}{_words.problem(problem, lang)}" for problem in error.errors)
    good = len(receipts) - wrong
    zh, en = f"{good}/{len(receipts)} 份报告重新评价结果一致", f"{good} of {len(receipts)} reports come out the same"
    print(_words.pick(lang, zh, en))
    return 1 if wrong else 0


def _agrees(found: dict[str, Any], report: dict[str, Any]) -> None:
    """Refuses a report that stands below another plan, day or subject than its own."""
    if "cases" not in found:
        return
    own = {"plan": report["plan"].get("id"), "as_of": report.get("as_of"), "subject": report.get("subject")}
    for name, value in own.items():
        if found.get(name) != value:
            message, zh = (
                f"the report has {value}, the file {found.get(name)}",
                f"报告为 {value}，文件为 {found.get(name)}",
            )
            raise Error(Problem("receipt-differs", name, message, zh))
