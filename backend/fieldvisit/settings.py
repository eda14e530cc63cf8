"""What an operator sets, from the environment; everything has a default that suits a laptop."""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one server; each is read from `FIELDVISIT_<NAME>`, `HOST` and `PORT` also without the prefix."""

    model_config = SettingsConfigDict(env_prefix="FIELDVISIT_")

    data_dir: Path = Field(
        Path("var"), description="Folder for files, the embedded database, the secret and the mark."
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL; without it SQLite in the data folder."
    )
    secret: str | None = Field(
        None, description="≥ 32 bytes; without it one is made and kept in the data folder."
    )
    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8000, validation_alias="PORT", ge=1, le=65535)
    pwa_dir: Path | None = Field(None, description="The built app; without it the one beside the source.")
    secure_cookies: bool = Field(
        False, description="Served over https: `__Host-` and `Secure` on the cookie."
    )
    demo_password: str = Field("zoufang-demo", description="Of the demo accounts; `serve` refuses them.")
    password_policy: Literal["mlps2", "mlps3", "asvs"] = Field(
        "mlps2", description="What a password needs: graded protection level 2 or 3, or ASVS."
    )
    device_approval: bool = Field(
        True, description="A further phone of a user waits until an administrator approves it."
    )
    offline_lease_days: int = Field(
        14, ge=1, le=30, description="So long a phone shows what it carries without hearing from the server."
    )
    proxy_hops: int = Field(
        0, ge=0, le=5, description="How many proxies of ours stand in front; 0 ignores X-Forwarded-For."
    )
    oldest_app: str | None = Field(
        None,
        description="The oldest app (such as 2026.11.3) that is still given data; an older one may only send.",
    )
    sweep_seconds: float = Field(20, gt=0, description="How often the sweeper looks for what a crash left.")

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL, with the driver this product ships."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.absolute() / 'fieldvisit.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    def secret_bytes(self) -> bytes:
        """The server's secret, made on first use; raises ValueError if it is shorter than 32 bytes."""
        if self.secret is None:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path = self.data_dir / "secret"
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                self.secret = path.read_text().strip()
            else:
                self.secret = secrets.token_urlsafe(48)
                with os.fdopen(handle, "w") as file:
                    file.write(self.secret)
        value = self.secret.encode()
        if len(value) < 32:
            raise ValueError("FIELDVISIT_SECRET needs at least 32 bytes")
        return value
