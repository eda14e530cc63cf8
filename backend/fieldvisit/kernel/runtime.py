"""What one running server consists of."""

import base64
from dataclasses import dataclass, field
from functools import cached_property

from fieldvisit.kernel.db import Database
from fieldvisit.kernel.epoch import Mark, open_epoch
from fieldvisit.kernel.files import Files
from fieldvisit.kernel.keys import Keys
from fieldvisit.kernel.live import Live
from fieldvisit.kernel.looks import Looks
from fieldvisit.kernel.outside.channels import Outside
from fieldvisit.kernel.outside.hotline_file import HotlineFile, read_hotline
from fieldvisit.kernel.renderings import Renderings
from fieldvisit.kernel.sealing import RescueKey
from fieldvisit.kernel.stores import open_store
from fieldvisit.kernel.using import Use
from fieldvisit.settings import Settings


@dataclass
class Runtime:
    """The database, the file store, the signing keys and the epoch, opened from the settings.

    `reached` says of each part of the sweeper's round how far among the entries it looked last time.
    """

    settings: Settings
    db: Database
    files: Files
    keys: Keys
    mark: Mark
    epoch: str
    use: Use
    live: Live
    outside: Outside | None
    hotline: HotlineFile | None
    looks: Looks = field(default_factory=Looks)
    renderings: Renderings = field(default_factory=Renderings)
    reached: dict[str, int] = field(default_factory=dict)

    @property
    def access_key(self) -> str:
        """The key of access tokens, as text that no JSON parser takes for a key set."""
        return base64.urlsafe_b64encode(self.keys.derive("access")).decode()

    @cached_property
    def rescue_key(self) -> RescueKey:
        """What opens sealed rescue files, kept beside the secret."""
        return RescueKey.kept_in(self.settings.data_dir)

    @staticmethod
    def open(settings: Settings) -> "Runtime":
        """Open everything; the database must be migrated. Raises ValueError, such as InUse while a restore runs."""
        hotline = read_hotline(settings.hotline) if settings.hotline else None
        use = Use(settings.data_dir, alone=False)
        try:
            db = Database(settings.url)
            mark = Mark(settings.data_dir)
            return Runtime(
                settings,
                db,
                Files(open_store(settings)),
                Keys(settings.secret_bytes()),
                mark,
                open_epoch(db, mark),
                use,
                Live(db),
                Outside.open(settings.outside) if settings.outside else None,
                hotline,
            )
        except BaseException:
            use.close()
            raise

    def close(self) -> None:
        """Give everything back."""
        self.looks.write(self.db)
        if self.outside is not None:
            self.outside.close()
        self.files.close()
        self.db.close()
        self.use.close()
