"""`make bench` as a whole: one cheap case of it."""

import json
import os
import subprocess

import provisions
from checkout import ROOT, STATE


def test_bench_prints_a_line_for_each_case_and_writes_the_same():
    done = subprocess.run(
        [provisions.PYTHON, ROOT / "dev" / "bench", "save_rule"],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    [case] = json.loads((STATE / "bench.json").read_text())["cases"].items()
    assert case[0] == "save_rule"
    assert {"ours", "floor", "ratio", "queries", "rivals"} <= case[1].keys()
    assert done.stdout.startswith("save_rule ours=")
    assert f"ratio={case[1]['ratio']:.2f} queries={case[1]['queries']}" in done.stdout
