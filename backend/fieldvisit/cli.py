"""The command line: `fieldvisit demo | serve | worker | migrate | create-user | openapi | ops …`."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import orjson
import typer
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.demo.district import build, size_of
from fieldvisit.features.org.founding import open_account
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.audit import Head, record, verify
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import iso, now, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.passwords import POLICIES, broken_rules, hash_password
from fieldvisit.kernel.release import put_back
from fieldvisit.kernel.settle import SETTLED_BY_OPERATOR, reject
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.work import Locks
from fieldvisit.main import make_routes
from fieldvisit.migrate import is_current
from fieldvisit.migrate import migrate as migrate_database
from fieldvisit.serving import address_of, do_rounds, serve_over
from fieldvisit.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
ops = typer.Typer(no_args_is_help=True, help="What only the operator may do.")
app.add_typer(ops, name="ops")

OPERATORS = (
    Op.state == OpState.HELD,
    Op.reason.in_(SETTLED_BY_OPERATOR),
)
DEMO_ACCOUNTS = (
    "am01–am18 · mm1–mm3 · dm · cc1 cc2 · ga · post1–post4 · admin · (second department: am19 am20 mm4 dm2)"
)


def _settings(**changed: Any) -> Settings:
    try:
        return Settings(**changed)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        names = [str(part) for part in first["loc"]]  # HOST and PORT come by the names they are read from
        place = "".join(f"{name if name.isupper() else f'FIELDVISIT_{name.upper()}'}: " for name in names)
        _stop(f"{place}{first['msg'].removeprefix('Value error, ')}.")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url)
    try:
        yield database
    finally:
        database.close()


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    with _database(_settings()) as database:
        migrate_database(database)


@app.command()
def demo(
    size: Annotated[
        str, typer.Option(help="demo: 3,640 shops and three months; test: 40 shops, two weeks.")
    ] = "demo",
    prepare_only: Annotated[bool, typer.Option(help="Make the district and stop.")] = False,
) -> None:
    """Make the invented district in the database, if it is empty, and serve it."""
    if size not in ("demo", "test"):
        _stop("--size is demo or test.")
    settings = _settings(device_approval=False)
    with _database(settings) as database:
        migrate_database(database)
        with database.read() as session:
            users, demo_users = session.execute(
                select(func.count(User.id), func.count(User.id).filter(User.is_demo))
            ).one()
        if users and not demo_users:
            _stop(
                "This database holds real accounts; set FIELDVISIT_DATA_DIR to another folder for the demo."
            )
        if not users:
            typer.echo("Making the demo district …")
            build(database, size_of(size), settings.demo_password)
        with database.read() as session:
            laid_out = session.scalar(select(func.max(Visit.day)))
        if laid_out is not None and laid_out < today():
            typer.echo(
                f"This district was laid out around {laid_out}; an empty FIELDVISIT_DATA_DIR gives one around today."
            )
    if not prepare_only:
        typer.echo(f"\n  FieldVisit 走访通 demo (invented data): {address_of(settings)}")
        typer.echo(f"  Accounts: {DEMO_ACCOUNTS}")
        typer.echo(f"  Password: {settings.demo_password}\n")
        with _refused():
            serve_over(settings)


@app.command()
def serve() -> None:
    """Serve the API and the app; refuses a database that is not migrated or holds demo accounts."""
    settings = _settings()
    with _database(settings) as database:
        _require_current(database)
        with database.read() as session:
            if session.scalar(select(User.id).where(User.is_demo).limit(1)):
                _stop(
                    "This database holds demo accounts, whose password is known. Use `fieldvisit demo` for it."
                )
    with _refused():
        serve_over(settings)


def _require_current(database: Database) -> None:
    if not is_current(database):
        _stop("The database is not at the present schema: run `fieldvisit migrate` first.")


@app.command()
def worker() -> None:
    """Do the rounds apart from serving: unfinished entries, deadlines, notices, retention, the audit's chain."""
    settings = _settings()
    with _database(settings) as database:
        if database.is_sqlite:
            _stop(
                "A SQLite file is served by one process, which does these rounds itself: a worker needs PostgreSQL."
            )
        _require_current(database)
    with _refused():
        do_rounds(settings)


@contextmanager
def _refused() -> Iterator[None]:
    """What a process cannot be started for is said in a sentence."""
    try:
        yield
    except ValueError as error:
        _stop(f"{error}.")


@app.command()
def create_user(
    username: str,
    name: str,
    role: Role,
    department: Annotated[
        str | None, typer.Option(help="Code of the department; it is made if it is new.")
    ] = None,
) -> None:
    """Open an account; the password is asked for (or read from standard input)."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if rules := broken_rules(password, POLICIES[_settings().password_policy], [username, name]):
        _stop(f"The password is not good enough: {', '.join(rules)}.")
    with _database(_settings()) as database:
        _require_current(database)
        with database.write() as session:
            if session.scalar(select(User.id).where(User.username == username)):
                _stop(f"There is an account {username} already.")
            open_account(session, username, name, role, hash_password(password), department)


@app.command()
def openapi() -> None:
    """Print the API's description."""
    described = make_routes().openapi()
    sys.stdout.buffer.write(
        orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    )


@ops.command("list")
def list_held() -> None:
    """Entries held for a reason that only the operator can settle: codes and ids, no content."""
    with _database(_settings()) as database, database.read() as session:
        for op in session.scalars(select(Op).where(*OPERATORS).order_by(Op.number)):
            typer.echo(
                f"{op.id}  {iso(op.received_at)}  {op.name}  {op.reason}  {op.code}  device {op.device_id}"
            )


@ops.command("release")
def release_held(op_id: str) -> None:
    """Let the running server try a held entry again."""
    with _database(_settings()) as database, database.write() as session:
        op = _held(session, op_id)
        put_back(session, [op.number])
        record(session, "ops.release", actor_id=None, author_id=op.user_id, op_id=op.id)


@ops.command("reject")
def reject_held(op_id: str, reason: str) -> None:
    """End a held entry without carrying it out; its author is told the reason."""
    with _database(_settings()) as database, database.write() as session:
        op = _held(session, op_id)
        locks = Locks(session)
        locks.take(session.scalars(select(Bundle.key).where(Bundle.id == op.bundle_id)).all())
        reject(locks, op)
        op.decision_note, op.decided_at = reason, now()
        record(session, "ops.reject", actor_id=None, author_id=op.user_id, op_id=op.id)
        locks.bump()


def _held(session: Session, op_id: str) -> Op:
    op = session.scalar(select(Op).where(Op.id == op_id, *OPERATORS).order_by(Op.number.desc()))
    if op is None:
        _stop(f"No entry {op_id} waits for the operator.")
    return op


@app.command("audit-verify")
def verify_audit() -> None:
    """Walk the audit's chain; says where it breaks and ends with 1 if it does."""
    settings = _settings()
    with _database(settings) as database:
        count, broken = verify(database, Head(settings.data_dir))
    if broken is not None:
        _stop(f"BROKEN at {broken}")
    typer.echo(f"{count} rows, unbroken")


@ops.command("confirm-restore")
def confirm_restore() -> None:
    """After a restore: people and assignments are right again, let phones read."""
    with _database(_settings()) as database, database.write() as session:
        state = session.get(ServerState, 1)
        if state is None or not state.is_unconfirmed:
            typer.echo("Nothing waits for a confirmation.")
            return
        state.is_unconfirmed = False
