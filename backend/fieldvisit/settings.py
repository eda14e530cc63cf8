"""What an operator sets, from the environment; everything has a default that suits a laptop."""

import os
import secrets
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
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
    tls_cert: Path | None = Field(
        None, description="Certificate chain (PEM): with `tls_key` the server speaks https itself."
    )
    tls_key: Path | None = Field(None, description="The certificate's private key (PEM).")
    secure_cookies: bool = Field(
        False,
        description="Served over https: `__Host-` and `Secure` on the cookie, and HSTS. True by itself with `tls_cert`.",
    )
    files_url: str | None = Field(
        None, description="`s3://bucket/prefix` for pictures; without it a folder in the data folder."
    )
    files_endpoint: str | None = Field(
        None,
        description="Address of an S3 service other than Amazon's; like the next three else from `AWS_…`.",
    )
    files_region: str | None = Field(None, description="The bucket's region.")
    files_key: str | None = Field(None, description="Access key id of the S3 service.")
    files_secret: str | None = Field(None, description="Secret access key of the S3 service.")
    outside: Path | None = Field(
        None,
        description="TOML file with the ways out: WeCom, DingTalk, SMS gateway; without it nothing leaves the server.",
    )
    hotline: Path | None = Field(
        None, description="TOML file of the hotline whose calls come in signed; without it none comes in."
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
    sweep: bool = Field(
        True,
        description="Whether a serving process also does the worker's rounds; false beside `fieldvisit worker`.",
    )
    sweep_seconds: float = Field(20, gt=0, description="How often the sweeper looks for what a crash left.")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("FIELDVISIT_TLS_CERT and FIELDVISIT_TLS_KEY are set together")
        for path in (self.tls_cert, self.tls_key):
            if path is not None and not path.is_file():
                raise ValueError(f"{path} of FIELDVISIT_TLS_CERT and FIELDVISIT_TLS_KEY is not there")
        if self.tls_cert and "secure_cookies" not in self.model_fields_set:
            self.secure_cookies = True
        if not self.sweep and self.url.startswith("sqlite"):
            raise ValueError(
                "FIELDVISIT_SWEEP=false needs PostgreSQL: a SQLite file is served by one process"
            )
        if self.files_url is not None and not self.files_url.startswith("s3://"):
            raise ValueError("FIELDVISIT_FILES_URL is s3://bucket or s3://bucket/prefix")
        return self

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
