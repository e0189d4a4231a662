"""A demo database: whose records are touched, and what is left of it after an uninstall."""

import pytest
import server
from checkout import NAME, STATE
from conftest import content, rows

BRIDGE = "axivox_caller_id_voip_oca"


def install(database, addons):
    options = ["--with-demo", "--stop-after-init"]
    server.odoo("-d", database, "-i", ",".join(addons), *options, log="test-demo-install.log")


@pytest.mark.parametrize(
    "more, addons", [((), [NAME]), (("voip_oca",), [NAME, BRIDGE])], ids=["core", "bridge"]
)
def test_demo_data_touches_no_record_of_others_and_goes_with_the_addon(database, more, addons):
    name = database(server.template(*more, demo=True))
    before = content(name)
    install(name, addons)
    installed = content(name)
    server.odoo("module", "uninstall", "-d", name, NAME, log="test-uninstall.log")
    after = content(name)

    touched = changed_rows(before, installed)
    assert not touched

    for kind in ("columns", "indexes", "constraints"):
        assert not {*after[kind]} ^ {*before[kind]}
    was, is_now = rows(before), rows(after)
    different = [key for key in {*was, *is_now} if was.get(key) != is_now.get(key)]
    assert not [(key, was.get(key), is_now.get(key)) for key in different]
    log = (STATE / "test-uninstall.log").read_text()
    assert not [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line]


def changed_rows(before, after):
    """:return: the changes of rows that were there, but for what Odoo knows of addons"""
    is_now = rows(after)
    changes = {}
    for (table, key), row in rows(before).items():
        now = is_now.get((table, key)) or {}
        change = {name: (was, now.get(name)) for name, was in row.items() if now.get(name) != was}
        if change and not table.startswith("ir_"):
            changes[table, key] = change
    return changes
