"""Decision models: the binding and the command. What the models say is tested in another engine, in ``tests/dmn``."""

from xml.etree import ElementTree

import ecoplan
import pytest
from ecoplan.command import main

DMN = "{https://www.omg.org/spec/DMN/20230324/MODEL/}"
RULE = "wwtp-urban-bod-plus-20-2025"

OWN = """
[plan]
id = "county"
title = { zh = "县", en = "county" }
period = { start = 2021-01-01, end = 2025-12-31 }
[[subject]]
id = "plant"
label = { zh = "厂", en = "plant" }
[[fact]]
subject = "plant"
name = "load"
kind = "number"
source = "reported"
label = { zh = "负荷", en = "load" }
[[fact]]
subject = "plant"
name = "capacity"
kind = "number"
source = "reported"
label = { zh = "能力", en = "capacity" }
[[rule]]
id = "share-of-load"
subject = "plant"
kind = "obligation"
title = { zh = "负荷率", en = "share of load" }
requires = 'load / capacity = 1'
strength = { class = "mandatory", verb = "应" }
addressee = { zh = "厂", en = "the plant" }
cite = { chapter = 1, section = 1, anchor = "负荷率" }
says = { zh = "满负荷运行", en = "run at full load" }
"""


def named(root, element):
    return [one.get("name") for one in root.iter(DMN + element)]


def test_a_decision_model(plan):
    root = ElementTree.fromstring(plan.dmn("urban_wwtp"))
    assert root.tag == DMN + "definitions" and root.get("name") == "lianzhou-145 urban_wwtp"
    facts = [fact["name"] for fact in plan.facts("urban_wwtp")]
    assert named(root, "inputData") == ["as_of", *facts]
    wanted = []
    for rule in plan.rules("urban_wwtp"):
        wanted += [rule["id"], *(f"{rule['id']}.{reading['id']}" for reading in rule["readings"])]
    assert named(root, "decision") == wanted and f"{RULE}.every-urban-plant" in wanted
    [plan_of] = root.iter("{urn:ecoplan:dmn}plan")
    assert plan_of.get("sha256") == plan.hash
    # The rule is about plants below 100 mg/L in 2020, and asks for 20 mg/L more.
    [decision] = [one for one in root.iter(DMN + "decision") if one.get("name") == RULE]
    text = [one.text for one in decision.iter(DMN + "text")]
    assert "influent_bod5_2020_mg_l < 100" in text
    assert "influent_bod5_mg_l - influent_bod5_2020_mg_l >= 20" in text


def test_a_corrected_target_is_in_it(plan):
    assert "<text>pm25_annual_ug_m3 &lt;= 22</text>" not in plan.dmn("city")
    corrected = plan.with_target("target-pm25-2025", 22)
    assert "<text>pm25_annual_ug_m3 &lt;= 22</text>" in corrected.dmn("city")


def test_what_is_refused(plan):
    with pytest.raises(ecoplan.Error) as raised:
        plan.dmn("urban_wwpt")
    assert raised.value.code == "unknown-subject"
    with pytest.raises(ecoplan.Error) as raised:
        ecoplan.Plan.from_toml(OWN.replace("capacity", "as_of")).dmn("plant")
    assert raised.value.code == "name-clash"


def test_the_command(plan, capfd, tmp_path):
    assert main(["dmn", "urban_wwtp"]) == 0
    assert capfd.readouterr() == (plan.dmn("urban_wwtp"), "")
    out = tmp_path / "city.dmn"
    assert main(["dmn", "city", "--plan", "lianzhou-135", "--out", str(out)]) == 0
    assert out.read_bytes().decode() == ecoplan.plan("lianzhou-135").dmn("city")
    assert main(["dmn", "urban_wwpt"]) == 2
    assert "urban_wwtp" in capfd.readouterr().err


@pytest.mark.parametrize(("lang", "text"), [("en", "not exported"), ("zh", "未导出")])
def test_the_command_says_what_is_left_out(capfd, tmp_path, lang, text):
    file = tmp_path / "county.toml"
    file.write_text(OWN, encoding="utf-8")
    # In FEEL a share that cannot be computed and one that is not known are the same.
    assert main(["dmn", "plant", "--plan", str(file), "--lang", lang]) == 0
    out, err = capfd.readouterr()
    assert named(ElementTree.fromstring(out), "decision") == []
    assert err.startswith(f"ecoplan: share-of-load: {text}: ")
