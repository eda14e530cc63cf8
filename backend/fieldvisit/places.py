"""Where the files lie that are no Python code: in a wheel inside the package, in a source tree where they are written."""

from pathlib import Path

PACKAGE = Path(__file__).parent
TREE = PACKAGE.parents[1]


def place_of(inside: str, written: str) -> Path:
    """The folder `inside` the installed package, or where the source tree has it."""
    shipped = PACKAGE / inside
    return shipped if shipped.is_dir() else TREE / written


MIGRATIONS = place_of("migrations", "migrations")
PWA = place_of("pwa", "frontend-pwa/dist")
