"""The private PostgreSQL server of `make test`, and the database fixture for processes."""

import os
from urllib.parse import urlsplit

import pytest


@pytest.mark.postgres
def test_server_when_named_accepts_a_role_that_may_create_databases() -> None:
    import psycopg

    with psycopg.connect(os.environ["ROOKERY_TEST_POSTGRES_URL"]) as connection:
        row = connection.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (True,)


def test_database_url_when_a_process_needs_one_is_empty_and_its_own(
    database_url: str, request: pytest.FixtureRequest
) -> None:
    scheme = urlsplit(database_url).scheme
    assert scheme == ("postgresql" if request.config.getoption("--postgres") else "sqlite")
    if scheme == "postgresql":
        import psycopg

        with psycopg.connect(database_url) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
        assert tables == (0,)
