"""What an operator says of the hotline whose calls come in, in a TOML file that is his alone to read."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from fieldvisit.kernel.outside.operators_file import Part, read_part

Name = Annotated[str, Field(min_length=1)]


class HotlineFile(Part):
    """The secrets a call may be signed with (two while they change over), whose account takes it down, and where it goes if nowhere else."""

    secrets: Annotated[list[Annotated[str, Field(min_length=32)]], Field(min_length=1, max_length=2)]
    username: Name
    default_zone: Name


def read_hotline(path: Path) -> HotlineFile:
    """The whole file; raises ValueError, naming the places that are wrong and never what stands there."""
    return read_part(HotlineFile, path, "FIELDVISIT_HOTLINE")
