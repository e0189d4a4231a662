"""A demo database: whose records are touched, and what is left after an uninstall."""

import server
from checkout import NAME, STATE
from conftest import changed_rows, content, rows


def test_demo_data_touches_no_record_of_others_and_goes_with_the_addon(database, demo_database):
    before = content(server.template("voip_oca", demo=True))
    assert not changed_rows(rows(before), rows(content(demo_database)))

    name = database(demo_database)
    server.odoo("module", "uninstall", "-d", name, NAME, log="test-uninstall.log")

    after = content(name)
    for kind in ("columns", "indexes", "constraints"):
        assert not {*after[kind]} ^ {*before[kind]}
    was, is_now = rows(before), rows(after)
    different = [key for key in {*was, *is_now} if was.get(key) != is_now.get(key)]
    assert not [(key, was.get(key), is_now.get(key)) for key in different]
    log = (STATE / "test-uninstall.log").read_text()
    assert not [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line]
