"""Databases that are thrown away after the test, and what is in them."""

import json
import subprocess

import cluster
import provisions
import pytest
import server

# What passes by itself, and which addons are installed how.
PASSING = ("bus_bus", "ir_cron_trigger", "ir_module_module", "orm_signaling_")
READ_ALL = """
import json, psycopg2, sys
cursor = psycopg2.connect(dbname=sys.argv[1]).cursor()
def rows(query):
    cursor.execute(query)
    return [row[0] for row in cursor.fetchall()]
schema = "nspname = 'public'"
tables = rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
json.dump({
    "columns": rows(
        "SELECT table_name || '.' || column_name FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    ),
    "indexes": rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"),
    "constraints": rows(
        "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
    "rows": {table: rows(f'SELECT to_jsonb(t) FROM "{table}" t') for table in tables},
}, sys.stdout)
"""
WRITTEN = ("write_date", "write_uid")


@pytest.fixture(scope="session", autouse=True)
def running_cluster():
    started = cluster.start()
    yield
    if started:
        cluster.stop()


@pytest.fixture
def database(request):
    """Make a database from a template: call it with the template's name."""
    name = server.database_name(f"{request.node.name}")

    def make(template):
        cluster.drop(name)
        cluster.clone(template, name)
        return name

    yield make
    cluster.drop(name)


def content(database):
    """:return: all columns, indexes and constraints, and the rows of each table
    :rtype: dict
    """
    command = [provisions.venv("odoo", "sandbox"), "-c", READ_ALL, database]
    done = subprocess.run(command, env=cluster.environment(), capture_output=True, check=True)
    return json.loads(done.stdout)


def rows(content):
    """:return: {(table, id or whole row): row without who wrote it when} of what is to stay"""
    return {
        (table, row.get("id") or json.dumps(row, sort_keys=True)): {
            name: value for name, value in row.items() if name not in WRITTEN
        }
        for table, rows in content["rows"].items()
        if not table.startswith(PASSING)
        for row in rows
    }
