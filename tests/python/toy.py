"""Small plans of one subject, written in a few lines."""

from __future__ import annotations

from typing import Any

import ecoplan

PLAN = """
[plan]
id = "toy"
title = { zh = "例", en = "toy" }
period = { start = 2021-01-01, end = 2025-12-31 }
[[subject]]
id = "thing"
label = { zh = "物", en = "thing" }
"""
RULE = """strength = {{ class = "{strength}", verb = "应" }}
title = {{ zh = "例", en = "toy" }}
addressee = {{ zh = "某", en = "someone" }}
cite = {{ chapter = 1, section = 1, anchor = "例" }}
says = {{ zh = "例", en = "toy" }}
"""
LABEL = 'label = { zh = "例", en = "toy" }\n'


def toy(facts: dict[str, str], **rules: dict[str, Any]) -> ecoplan.Plan:
    """A plan of `thing`.

    A fact is its kind, after `assigned` where it is: `number 0 10` with its range, `choice a b` and `set a b` with
    their choices. A rule has `kind` and `strength`, its conditions, `done`, `done_on` and `due` as they are written,
    `decisions` by name (None for otherwise), and `readings`, each of which has some of these.
    """
    return ecoplan.Plan.from_toml(
        PLAN + "".join(map(fact, facts, facts.values())) + "".join(map(rule, rules, rules.values()))
    )


def fact(name: str, spec: str) -> str:
    kind, *rest = spec.removeprefix("assigned ").split()
    source = "assigned" if spec.startswith("assigned ") else "reported"
    text = f'[[fact]]\nsubject = "thing"\nname = "{name}"\nkind = "{kind}"\nsource = "{source}"\n{LABEL}'
    if kind == "number":
        return text + "".join(f"{end} = {value}\n" for end, value in zip(("min", "max"), rest, strict=False))
    if rest:
        choices = ", ".join(f'{{ id = "{choice}", {LABEL.strip()} }}' for choice in rest)
        text += f"choices = [{choices}]\n"
    return text


def rule(id: str, spec: dict[str, Any]) -> str:
    kind = spec.get("kind", "gate" if "decisions" in spec else "obligation")
    text = f'[[rule]]\nid = "{id}"\nsubject = "thing"\nkind = "{kind}"\n'
    text += RULE.format(strength=spec.get("strength", "mandatory")) + parts(spec, "rule")
    for reading, change in spec.get("readings", {}).items():
        text += f'[[rule.reading]]\nid = "{reading}"\nnote = {{ zh = "例", en = "toy" }}\n' + parts(
            change, "rule.reading"
        )
    return text


def parts(spec: dict[str, Any], within: str) -> str:
    text = "".join(f"{part} = '{spec[part]}'\n" for part in ("applies", "requires", "done", "done_on") if part in spec)
    if "due" in spec:
        text += f"due = {spec['due']}\n" if spec["due"][:1].isdigit() else f'due = "{spec["due"]}"\n'
    for decision, when in spec.get("decisions", {}).items():
        text += f'[[{within}.decision]]\nid = "{decision}"\n{LABEL}' + ("" if when is None else f"when = '{when}'\n")
    return text
