"""Databases that are dropped after the test, and comparison of their contents."""

import json
import subprocess

import cluster
import provisions
import pytest
import server
from checkout import NAME

BRIDGE = "axivox_caller_id_voip_oca"
CALL_LOG = "axivox_caller_id_call_log"
SOFTPHONE = "axivox_caller_id_softphone"
# Rows that change by themselves, and those about installed addons.
PASSING = ("bus_bus", "ir_cron_trigger", "ir_module_module", "orm_signaling_")
READ_ALL = '''
import json, psycopg2, sys
cursor = psycopg2.connect(dbname=sys.argv[1]).cursor()
def rows(query):
    cursor.execute(query)
    return [row[0] for row in cursor.fetchall()]
whole = {
    "columns": rows(
        "SELECT table_name || '.' || column_name FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    ),
    "indexes": rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"),
    "constraints": rows(
        "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
}
tables = {
    table: rows(f"""SELECT coalesce(json_agg(t), '[]')::text FROM "{table}" t""")[0]
    for table in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
}
# These are JSON already, and long.
texts = ", ".join(f"{json.dumps(table)}: {text}" for table, text in tables.items())
sys.stdout.buffer.write(f'{json.dumps(whole)[:-1]}, "rows": {{{texts}}}}}'.encode())
'''
WRITTEN = ("write_date", "write_uid")


@pytest.fixture(scope="session", autouse=True)
def running_cluster():
    started = cluster.start()
    yield
    if started:
        cluster.stop()


@pytest.fixture(scope="session")
def demo_database():
    """Return the name of a database with the addons and their demo data, to be read or copied."""
    name = server.database_name("test_demo")
    cluster.drop(name)
    cluster.clone(server.template("voip_oca", demo=True), name)
    options = ["--with-demo", "--stop-after-init"]
    server.odoo("-d", name, "-i", f"{NAME},{BRIDGE}", *options, log="test-demo-install.log")
    yield name
    cluster.drop(name)


@pytest.fixture
def database(request):
    """Make a database by copying another one: call it with the name of that."""
    name = server.database_name(request.node.name)

    def make(template):
        cluster.drop(name)
        cluster.clone(template, name)
        return name

    yield make
    cluster.drop(name)


def content(database):
    """Return all columns, indexes and constraints, and the rows of each table.

    :rtype: dict
    """
    command = [provisions.venv("odoo", "sandbox"), "-c", READ_ALL, database]
    done = subprocess.run(command, env=cluster.environment(), capture_output=True, check=True)
    return json.loads(done.stdout)


def rows(content):
    """Return {(table, id or whole row): row without who wrote it when} of what must stay."""
    return {
        (table, row.get("id") or json.dumps(row, sort_keys=True)): {
            name: value for name, value in row.items() if name not in WRITTEN
        }
        for table, rows in content["rows"].items()
        if not table.startswith(PASSING)
        for row in rows
    }


def changed_rows(was, is_now):
    """Return {key: {column: (before, after)}} of rows that changed or went, except Odoo's own
    records about addons."""
    changes = {}
    for (table, key), row in was.items():
        now = is_now.get((table, key)) or {}
        change = {name: (value, now.get(name)) for name, value in row.items()}
        change = {name: pair for name, pair in change.items() if pair[0] != pair[1]}
        if change and not table.startswith("ir_"):
            changes[table, key] = change
    return changes
