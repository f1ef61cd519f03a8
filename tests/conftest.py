"""What every test needs: a data folder of its own, the chosen database, and no quiet skipping.

`--postgres` runs the tests that touch the database on PostgreSQL (`ROOKERY_TEST_POSTGRES_URL` names a server
and a role that may create databases). `ROOKERY_TEST_REQUIRE=postgres,browser` says that this machine has
both, so that a test skipped for want of them, or for any other reason, fails.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.cast import Cast

_FOLDER = Path(tempfile.mkdtemp(prefix="rookery-tests-"))
_REQUIRED = frozenset(filter(None, os.environ.get("ROOKERY_TEST_REQUIRE", "").split(",")))
_POSTGRES = os.environ.get("ROOKERY_TEST_POSTGRES_URL", "")
_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "database_url"}

# Settings of the person who runs the tests must not leak into them.
for _name in [name for name in os.environ if name.startswith("ROOKERY_")]:
    if not _name.startswith("ROOKERY_TEST_"):
        del os.environ[_name]
os.environ["ROOKERY_DATA_DIR"] = str(_FOLDER / "data")
os.environ["ROOKERY_SECRET_KEY"] = "only-for-tests-" * 4
os.environ["ROOKERY_ENCRYPTION_KEY"] = "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGluIGFsbC4="
os.environ["DJANGO_SETTINGS_MODULE"] = "rookery.settings.django"
(_FOLDER / "data").mkdir(mode=0o700)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run the tests that touch the database on PostgreSQL"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the database before pytest-django reads Django's settings (its own hook runs last)."""
    if config.getoption("--postgres"):
        if not _POSTGRES:
            raise pytest.UsageError(
                "--postgres needs ROOKERY_TEST_POSTGRES_URL=postgresql://user@host:port/name"
            )
        os.environ["ROOKERY_DATABASE_URL"] = _POSTGRES
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    shutil.rmtree(_FOLDER, ignore_errors=True)


_TESTS = Path(__file__).parent
# Files and folders of many small waits, child processes or cases: each alone is quick, together they are a minute.
_TAKE_THEIR_TIME = (
    "accounts/test_encryption.py", "api/test_openapi.py", "api/test_strangers.py", "convergence/", "details/",
    "doors/test_serving.py", "intake/test_directory.py", "intake/test_replays.py", "intake/test_store.py",
    "media/test_converting.py",
    "media/test_fetch_trouble.py", "media/test_probe.py", "ops/test_doctor.py", "ops/test_monitor.py",
    "realtime/test_stream.py", "sandbox/", "web/test_adding.py", "web/test_catalogs.py",
    "web/test_kinds.py", "web/test_linking.py", "web/test_pages.py",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what touches no database or is about SQLite; else what is about PostgreSQL."""
    for item in items:
        place = item.path.relative_to(_TESTS).as_posix()
        if place.startswith(_TAKE_THEIR_TIME):
            item.add_marker(pytest.mark.slow)
    keep = _concerns_postgres if config.getoption("--postgres") else _concerns_sqlite
    left_out = [item for item in items if not keep(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if keep(item)]


def _concerns_postgres(item: pytest.Item) -> bool:
    if item.get_closest_marker("sqlite"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("postgres") or item.get_closest_marker("django_db")
    return bool(marked or fixtures & _DATABASE_FIXTURES)


def _concerns_sqlite(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgres") is None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, "pytest.CallInfo[None]", None]:
    """Where things are required, a skip is a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if _REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"skipped, but ROOKERY_TEST_REQUIRE={','.join(sorted(_REQUIRED))}: {report.longrepr}"
        )


@pytest.fixture(scope="session")
def session_folder() -> Path:
    """A folder that lives as long as the test run."""
    return _FOLDER


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """An empty data folder that `conf` points to for one test."""
    from rookery.settings import conf

    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    with conf.override(DATA_DIR=folder):
        yield folder


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database for a process that the test starts itself (not Django's test database)."""
    if not request.config.getoption("--postgres"):
        yield f"sqlite:///{tmp_path / 'process.sqlite3'}"
        return
    import psycopg
    from psycopg import sql

    name = f"rookery_process_{os.getpid()}_{tmp_path.name.replace('-', '_')}"[:60].lower()
    with psycopg.connect(_POSTGRES, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield _POSTGRES.rpartition("/")[0] + "/" + name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def cast(db: None) -> "Cast":
    """The fixed cast: account, people, number, inbox (tests/cast.py)."""
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """The test database; PostgreSQL drops it only when no thread of a finished test holds a connection to it."""
    yield
    from django.db import connection

    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
