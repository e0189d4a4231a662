"""A full database of an earlier version is upgraded, and nothing is lost.

After a renaming, add it to RENAMED, the earlier name first.
"""

import json
import shutil
import subprocess
from pathlib import Path

import cluster
import provisions
import pytest
import server
from checkout import NAME, ROOT, STATE
from conftest import BRIDGE, changed_rows, content, rows

HERE = Path(__file__).parent
# The last commit of a version; the script fill_… of that version fills its database.
COMMIT, FILL = "88d468e10657ecf2718ac3d41c7bddaea19feb90", HERE / "fill_19_0_1_0_0.py"
ANSWERS = HERE / "answers.py"

RENAMED_COLUMNS = {
    "axivox_account": {
        "seen": "base",
        "sent": "in_flight",
        "found": "theirs",
        "look_failure": "check_failure",
    }
}
RENAMED_VALUES = {
    ("axivox_sync", "choices"): {"found": "theirs", "wanted": "ours"},
    ("axivox_sync", "state"): {"waiting": "pending"},
}
# Removed: a group whose rights every internal user now has.
GONE = {"group_user"}
# A transient model that is a stored one now: leftover records go.
DIALOG, OF_DIALOG = "axivox_team_number", "axivox_team_number_rule_own"
# May change, except for the administrator's own settings of a scheduled action.
SCHEDULER = ("active", "interval_number", "interval_type", "user_id", "priority")


def old_addons(folder):
    """Unpack the addons of the earlier version, each under its name; skip if there are none."""
    archive = folder / "old.zip"
    command = ["git", "-C", ROOT, "archive", "--output", archive, COMMIT]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"There is no history here with the commit {COMMIT[:7]}.")
    shutil.unpack_archive(archive, folder / NAME)
    return [folder, folder / NAME / "bridges"]


def old_database(folder):
    """Return the name of the earlier version's database, made once, and its answers."""
    template = server.template("voip_oca", demo=True)
    scripts = FILL.read_text(), ANSWERS.read_text()
    name = server.database_name(f"old_{provisions.key(COMMIT, template, *scripts)}")
    answered = cluster.place() / f"{name}.json"
    if not answered.exists():
        _home, odoo = provisions.odoo()
        path = [*odoo, provisions.other_addons(), *old_addons(folder)]
        then = ["--addons-path", ",".join(map(str, path))]
        addons = ["-i", f"{NAME},{BRIDGE}", "--with-demo", "--stop-after-init"]
        cluster.drop(name)
        cluster.clone(template, name)
        server.odoo("-d", name, *then, *addons, log="test-old-install.log")
        server.shell(name, FILL.read_text(), *then, log="test-old-fill.log")
        answered.write_text(json.dumps(answers(name, folder, *then)))
    return name, json.loads(answered.read_text())


def answers(database, folder, *options):
    file = folder / "answers.json"
    script = ANSWERS.read_text()
    server.shell(database, script, *options, log="test-answers.log", ANSWERS=str(file))
    return json.loads(file.read_text())


def renamed(rows):
    """Return rows of the earlier version under the names of this one."""
    for (table, _key), row in rows.items():
        for before, now in RENAMED_COLUMNS.get(table, {}).items():
            row[now] = row.pop(before)
        for (of_table, column), words in RENAMED_VALUES.items():
            if table != of_table:
                continue
            if isinstance(row[column], dict):
                row[column] = {key: words.get(v, v) for key, v in row[column].items()}
            else:
                row[column] = words.get(row[column], row[column])
    return rows


def names(content):
    """Return {external id: (model, id)} of the addon's data."""
    return {
        row["name"]: (row["model"], row["res_id"])
        for row in content["rows"]["ir_model_data"]
        if row["module"] == NAME
    }


def test_nothing_is_lost(database, tmp_path):
    old, answered = old_database(tmp_path)
    name = database(old)
    before = content(name)

    server.odoo("-d", name, "-u", NAME, "--stop-after-init", log="test-upgrade.log")

    after = content(name)
    log = (STATE / "test-upgrade.log").read_text()
    assert not [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line]
    gone = {names(before)[word] for word in GONE}
    lost = {
        (table, key): change
        for (table, key), change in changed_rows(renamed(rows(before)), rows(after)).items()
        if (table.replace("_", "."), key) not in gone and not is_about(table, key, gone)
    }
    assert {table for table, _key in lost} == {DIALOG}
    assert not after["rows"][DIALOG] and OF_DIALOG not in names(after)
    schedulers = {row["id"]: row for row in after["rows"]["ir_cron"]}
    for row in before["rows"]["ir_cron"]:
        assert {n: row[n] for n in SCHEDULER} == {n: schedulers[row["id"]][n] for n in SCHEDULER}
    assert answers(name, tmp_path) == answered


def is_about(table, key, gone):
    """Return whether a row without id is a membership in a removed group."""
    if not table.startswith("res_groups_"):
        return False
    groups = {value for name, value in json.loads(key).items() if name in ("gid", "hid")}
    return bool(groups & {record for model, record in gone if model == "res.groups"})
