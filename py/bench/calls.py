"""What one call costs, as ratios to the floor in the same run: reading the facts from the dict and comparing them.

``python py/bench/calls.py [--json]``; answers are checked first. Times are medians of several rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import ecoplan

FACTS = {
    "influent_bod5_2020_mg_l": 61.6,
    "influent_bod5_mg_l": 81.6,
    "has_plan": True,
    "plan_elements": ["targets_and_measures", "works_plan_volume"],
}


def floor(facts: dict[str, object]) -> tuple[bool, bool]:
    """The two rules by hand, in binary floats: wrong for some pairs, and without a reason."""
    then, now = facts["influent_bod5_2020_mg_l"], facts["influent_bod5_mg_l"]
    assert isinstance(then, float)
    assert isinstance(now, float)
    plus_20 = then >= 100 or now - then >= 20
    policy = now >= 100 or bool(facts["has_plan"] and len(facts["plan_elements"]) == 4)  # type: ignore[arg-type]
    return plus_20, policy


def median(call: Callable[[], object], times: int = 2000) -> float:
    """Microseconds a call."""
    rounds = []
    for _ in range(15):
        start = time.perf_counter()
        for _ in range(times):
            call()
        rounds.append((time.perf_counter() - start) / times * 1e6)
    return statistics.median(rounds)


def import_time(statement: str) -> float:
    """Microseconds that a fresh interpreter takes for a statement, beyond starting."""
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True) for _ in range(11)]
    return statistics.median(float(run.stdout) for run in runs) * 1e6


def main() -> None:
    """Checks, times and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print data")
    as_json = parser.parse_args().json
    plan = ecoplan.plan("lianzhou-145")
    report = plan.evaluate("urban_wwtp", FACTS)
    finding = report["wwtp-urban-bod-plus-20-2025"]
    assert (finding.outcome, finding.margin) == ("satisfied", Decimal(0))
    assert report["wwtp-urban-bod-one-plant-one-policy"].outcome == "breached"

    base = median(lambda: floor(FACTS))
    rows = [
        ("floor: two comparisons by hand", base),
        ("evaluate: facts checked, every rule judged", median(lambda: plan.evaluate("urban_wwtp", FACTS))),
        ("the outcome of one finding", median(lambda: finding.outcome)),
        ("to_json", median(report.to_json)),
        ("to_dict", median(report.to_dict)),
        ("explain", median(report.explain)),
        ("import ecoplan, once", import_time("import ecoplan")),
        ("import json, once", import_time("import json")),
    ]
    size = (Path(ecoplan.__file__).parent / "_ecoplan.abi3.so").stat().st_size
    if as_json:
        data = [{"what": what, "us": us, "ratio": us / base} for what, us in rows]
        print(json.dumps({"rows": data, "library_bytes": size}))
        return
    print(f"{'× floor':>9}  {'µs':>10}")
    for what, us in rows:
        print(f"{us / base:>9.1f}  {us:>10.2f}  {what}")
    print(f"\nthe library is {size / 1e6:.1f} MB on disk")


if __name__ == "__main__":
    main()
