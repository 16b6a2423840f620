"""The JSON Schema of plan files against the reader, with validators of other authors.

A plan that has every key is spoilt in one place at a time: each key of each table is left out, misspelt, given other
values, and put where it is missing. What the reader refuses for its structure, the schema refuses; what it takes, the
schema takes.
"""

import copy
import datetime
import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import ecoplan
import pytest
from conftest import ROOT
from jsonschema import Draft7Validator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = json.loads(ecoplan.plan_schema())
VALIDATOR = Draft7Validator(SCHEMA)
COMPLETE = tomllib.loads((ROOT / "tests" / "python" / "complete.toml").read_text(encoding="utf-8"))
FILES = sorted((ROOT / "spec").glob("lianzhou-*/*.toml"))

DAY = datetime.date(2026, 1, 1)
# What a key may be given instead of its value.
OTHERS = [
    "", " ", "nonsense", 0, -1, 20, 2050, 2**32, 1.5, True, DAY, datetime.datetime(2026, 1, 1, 12), [], {}, [1], [{}],
    {"zh": "一", "en": "one"}, [{"zh": "一", "en": "one"}],
]  # fmt: skip

# What the reader finds by what stands elsewhere, in a condition, a unit or another file: code and message.
BEYOND = [
    "missing-field: the field `plan`",
    "unknown-fact: ",
    "unknown-subject: ",
    "unknown-choice: ",
    "duplicate-id: ",
    "expression-syntax: ",
    "unit-mismatch: ",
    "bound-mismatch: ",
    "out-of-range: ",
    "future-year: ",
    "unexpected-year: ",
    "not-an-indicator: ",
    "wrong-type: (Number|YesNo|Choice|Date) where ",
    "wrong-type: (`|a choice|the number )",
    "invalid-value: .* where a unit",
    "invalid-rule: the least value is above the greatest",
    "invalid-rule: no condition compares anything",
    "invalid-rule: the reading changes nothing",
    "invalid-rule: (the last|only the last) decision",
]

GONE = object()


def in_editors(value):
    """A value as editors show it to a schema: days are texts."""
    if isinstance(value, dict):
        return {key: in_editors(one) for key, one in value.items()}
    if isinstance(value, list):
        return [in_editors(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def toml(value, top=True):
    """A value as TOML, in one line but for the keys of the file."""
    if isinstance(value, dict):
        entries = [f"{json.dumps(key)} = {toml(one, top=False)}" for key, one in value.items()]
        return "\n".join(entries) if top else f"{{ {', '.join(entries)} }}"
    if isinstance(value, list):
        return f"[{', '.join(toml(one, top=False) for one in value)}]"
    return value.isoformat() if isinstance(value, datetime.date) else json.dumps(value)


def refused(plan):
    """What the reader finds wrong with a plan."""
    try:
        ecoplan.Plan.from_toml(toml(plan))
    except ecoplan.Error as error:
        return error.errors
    return ()


def tables(value=COMPLETE, schema=SCHEMA, place=(), name=""):
    """The place of every table, its name without numbers and ids, and its schema."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from tables(one, schema["items"], (*place, number), name)
    elif isinstance(value, dict):
        yield place, name, schema
        for key, one in value.items():
            if "properties" in schema:
                yield from tables(one, schema["properties"][key], (*place, key), f"{name}.{key}")
            else:  # its keys are names of facts
                yield from tables(one, schema["additionalProperties"]["anyOf"][1], (*place, key), f"{name}.*")


def at(place, plan=COMPLETE):
    for step in place:
        plan = plan[step]
    return plan


def changed(place, key, value):
    """The complete plan with one key of one table changed."""
    plan = copy.deepcopy(COMPLETE)
    at(place, plan)[key] = value
    if value is GONE:
        del at(place, plan)[key]
    return plan


def part(plan, place):
    """The plan with no more than what a place is in: the schema says nothing of one entry by another."""
    if len(place) < 2:
        return plan
    head, entry = place[:2]
    return {head: [plan[head][entry]] if isinstance(entry, int) else plan[head]}


def kinds_of_tables():
    """Each kind of table: its keys by the schema, and where the complete plan has such."""
    found = {}
    for place, name, schema in tables():
        if "properties" in schema:
            found.setdefault(name, (set(schema["properties"]), []))[1].append(place)
    return found


def mutants():
    """The complete plan, each time with one thing changed: the place of the table, the key, what was done, the plan."""
    donors, seen = {}, set()
    for place, name, _ in tables():
        for key, value in at(place).items():
            donors.setdefault((name.rpartition(".")[2], key), value)
    for place, name, schema in tables():
        table, properties = at(place), schema.get("properties", {})
        alike = name, table.get("kind"), *table
        if alike in seen:
            continue
        seen.add(alike)
        for key in [*properties, *(key for key in table if key not in properties)]:
            if key not in table:
                yield place, key, "added", changed(place, key, donors[name.rpartition(".")[2], key])
                continue
            yield place, key, "left out", changed(place, key, GONE)
            misspelt = changed(place, key, GONE)
            at(place, misspelt)[key + "x"] = table[key]
            yield place, key, "misspelt", misspelt
            of_key = properties.get(key, {})
            for value in [*OTHERS, *of_key.get("enum", [])]:
                # Where a schema looks, days are texts.
                if not (of_key.get("type") == "string" and isinstance(value, datetime.date)):
                    yield place, key, value, changed(place, key, value)


def of_structure(error):
    return not any(re.match(known, f"{error.code}: {error.message}") for known in BEYOND)


def test_the_schema_is_one():
    Draft7Validator.check_schema(SCHEMA)
    assert ecoplan.plan_schema() == (ROOT / "spec" / "plan.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_bundled_files_are_in_order(file):
    plan = tomllib.loads(file.read_text(encoding="utf-8"))
    assert [error.message for error in VALIDATOR.iter_errors(in_editors(plan))] == []


def test_the_complete_plan_has_every_key():
    assert refused(COMPLETE) == ()
    assert list(VALIDATOR.iter_errors(in_editors(COMPLETE))) == []
    for name, (keys, places) in kinds_of_tables().items():
        assert keys == {key for place in places for key in at(place)}, name


def test_reader_and_schema_know_the_same_keys():
    """Every key that there is anywhere, and every name of the model, put into every kind of table."""
    words = {key for keys, _ in kinds_of_tables().values() for key in keys}

    def names(value):
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from names(one)
        yield from value if isinstance(value, dict) else ()

    words |= set(names(json.loads(ecoplan.Plan.from_toml(toml(COMPLETE)).__reduce__()[1][0])))
    assert len(words) > 60
    for name, (keys, places) in kinds_of_tables().items():
        plan = copy.deepcopy(COMPLETE)
        table = at(places[0], plan)
        table.update(dict.fromkeys(words - set(table), 0))
        strangers = {
            e.path.rpartition(":")[2].rpartition(".")[2].strip() for e in refused(plan) if e.code == "unknown-field"
        }
        assert words - strangers == keys, name


def test_the_schema_refuses_what_the_reader_refuses_for_its_structure():
    count, beyond = 0, set()
    for place, key, what, plan in mutants():
        errors = refused(plan)
        complaints = [error.message for error in VALIDATOR.iter_errors(in_editors(part(plan, place)))]
        if complaints:
            assert errors, (place, key, what, complaints)
        if any(map(of_structure, errors)):
            assert complaints, (place, key, what, errors)
        count += 1
        beyond |= {pattern for e in errors for pattern in BEYOND if re.match(pattern, f"{e.code}: {e.message}")}
    assert count > 4000
    assert beyond == set(BEYOND)


def test_days_are_days():
    """What the test above leaves out, since a schema sees days as texts: in place of a day, only a day will do."""
    for value, good in [(DAY, True), ("soon", False), ("2026-1-1", False), (datetime.datetime(2026, 1, 1, 12), False)]:
        plan = changed(("plan", "period"), "start", value)
        assert VALIDATOR.is_valid(in_editors(plan)) == good == (not refused(plan)), value
    for value, good in [(DAY, True), ("close_by", True), ("load t", False), ("", False), (5, False)]:
        place = next(place for place, name, _ in tables() if name == ".rule" and at(place)["kind"] == "deadline")
        plan = changed(place, "due", value)
        assert VALIDATOR.is_valid(in_editors(plan)) == good == (not refused(plan)), value


def test_an_editors_own_checker(tmp_path):
    """Taplo is what Even Better TOML runs: it finds the schema by the first line, and the place of what is wrong."""
    (tmp_path / "plan.schema.json").write_text(ecoplan.plan_schema(), encoding="utf-8")

    def lint(text):
        file = tmp_path / "plan.toml"
        file.write_text("#:schema ./plan.schema.json\n" + text, encoding="utf-8")
        command = [Path(sysconfig.get_path("scripts"), "taplo"), "lint", "--no-auto-config", str(file)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    complete = (ROOT / "tests" / "python" / "complete.toml").read_text(encoding="utf-8")
    assert lint(complete)[0] == 0
    for right, wrong, complaint in [
        ('class = "progressive"', 'class = "progresive"', "progresive"),
        ("decimals = 2", "decimal = 2", "decimal"),
        ("start = 2026-01-01", 'start = "soon"', "soon"),
        ("done = ", "don = ", "don"),
    ]:
        assert right in complete
        status, shown = lint(complete.replace(right, wrong, 1))
        assert status != 0 and complaint in shown, shown
