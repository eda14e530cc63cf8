"""The command line: `fieldvisit demo | serve | worker | migrate | backup | restore | create-user | openapi | ops …`."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from fieldvisit.backup.making import back_up
from fieldvisit.backup.restoring import restore as restore_archive
from fieldvisit.backup.sealing import Key
from fieldvisit.demo.district import build, size_of
from fieldvisit.features.org.founding import open_account
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.audit import Head, record, verify
from fieldvisit.kernel.backups import Backup
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import iso, now, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.passwords import POLICIES, broken_rules, hash_password
from fieldvisit.kernel.release import put_back
from fieldvisit.kernel.settle import SETTLED_BY_OPERATOR, reject
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import is_uuid
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
    except OSError as error:
        _stop(f"{error.filename or 'The disk'}: {error.strerror}.")
    except DatabaseError as error:
        _stop(f"The database failed: {str(error.orig).strip().splitlines()[0]}.")
    except Problem:  # the one that is no request's
        _stop("The file store does not answer.")


KeyFile = Annotated[
    Path | None, typer.Option(help="Encrypted with the content of this file, at least 32 bytes.")
]
Passphrase = Annotated[
    bool, typer.Option(help="Encrypted with a passphrase, asked for or read from standard input.")
]


def _key(key_file: Path | None, passphrase: bool, *, is_new: bool) -> Key | None:
    if not passphrase:
        return Key.from_file(key_file) if key_file else None
    if key_file:
        _stop("A key file or a passphrase, not both.")
    if not sys.stdin.isatty():
        return Key.from_passphrase(sys.stdin.readline().rstrip("\n"))
    said = getpass.getpass("Passphrase: ")
    if is_new and getpass.getpass("Again: ") != said:
        _stop("The two are not the same.")
    return Key.from_passphrase(said)


@app.command()
def backup(
    place: Annotated[Path, typer.Argument(help="A folder, or a file that is not there yet.")],
    key_file: KeyFile = None,
    passphrase: Passphrase = False,
    accept_missing: Annotated[
        bool, typer.Option(help="Let it count although the store lacks pictures.")
    ] = False,
) -> None:
    """Write database and pictures into one archive while the server goes on, read it back, and count it."""
    settings = _settings()
    with _refused():
        with _database(settings) as database:
            _require_current(database)
        key = _key(key_file, passphrase, is_new=True)
        made = back_up(settings, place, key, accept_missing=accept_missing)
    said = made.manifest
    typer.echo(f"{made.path}  {made.bytes} bytes  SHA-256 {made.sha256}")
    typer.echo(
        f"{said.entries} entries, {len(said.members)} members, of {iso(said.started_at)}: read back whole"
    )
    if said.missing:
        typer.echo(f"Not in the store, though the database has them: {' '.join(said.missing)}", err=True)
    if not made.counts:
        _stop("It does not count, so phones keep their entries: look for the pictures, or --accept-missing.")


@app.command()
def restore(
    file: Path,
    key_file: KeyFile = None,
    passphrase: Passphrase = False,
    force: Annotated[bool, typer.Option(help="Put a database that is there already aside.")] = False,
) -> None:
    """Put an archive's database in place, in a new epoch, and its pictures into the store; nothing may be running."""
    settings = _settings()
    with _refused():
        done = restore_archive(settings, file, _key(key_file, passphrase, is_new=False), force=force)
    typer.echo(f"Restored to {iso(done.manifest.started_at)}: {done.manifest.entries} entries.")
    typer.echo(f"{done.pictures} pictures were put into the store, the others were there.")
    for kept in (done.kept, done.kept_head):
        if kept:
            typer.echo(f"Kept, and to be deleted when all is well: {kept}")
    if done.has_secret is None:
        typer.echo("Put the former secret back before you start, or phones must sign in again to send.")
    elif not done.has_secret:
        typer.echo(
            "The secret here is another than the backup's: phones must sign in again before they send."
        )
    typer.echo(
        "Start the server: phones send what this past has not. Then look whether people and assignments"
    )
    typer.echo("are right, and let phones read again: fieldvisit ops confirm-restore")


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


@ops.command("backups")
def list_backups() -> None:
    """The verified backups, newest first; phones keep what was confirmed after the start of the newest that stands."""
    with _database(_settings()) as database, database.read() as session:
        for row in session.scalars(select(Backup).order_by(Backup.started_at.desc())):
            struck = f"  struck out {iso(row.struck_at)}" if row.struck_at else ""
            typer.echo(f"{row.id}  {iso(row.started_at)}  {row.name}  {row.bytes}  {row.sha256}{struck}")


@ops.command("strike-backup")
def strike_backup(backup_id: str) -> None:
    """Say that a backup is not to be had any more: phones then keep what only it would have held."""
    with _database(_settings()) as database, database.write() as session:
        row = session.get(Backup, backup_id.lower()) if is_uuid(backup_id.lower()) else None
        if row is None or row.struck_at is not None:
            _stop(f"No backup {backup_id} stands.")
        row.struck_at = now()
        record(session, "backups.strike", actor_id=None, entity_id=row.id)


@ops.command("confirm-restore")
def confirm_restore() -> None:
    """After a restore: people and assignments are right again, let phones read."""
    with _database(_settings()) as database, database.write() as session:
        state = session.get(ServerState, 1)
        if state is None or not state.is_unconfirmed:
            typer.echo("Nothing waits for a confirmation.")
            return
        state.is_unconfirmed = False
