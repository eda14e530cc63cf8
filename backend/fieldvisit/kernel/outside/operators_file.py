"""What an operator says of the world outside, in a TOML file that is his alone to read."""

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, model_validator

WECOM, DINGTALK = "https://qyapi.weixin.qq.com", "https://oapi.dingtalk.com"


class Part(BaseModel):
    """What a file of an operator's is made of: nothing unknown."""

    model_config = ConfigDict(extra="forbid")


PartT = TypeVar("PartT", bound=Part)


class WecomApp(Part):
    """An app of the company in WeCom."""

    address: str = WECOM
    corp_id: str
    agent_id: int
    secret: str


class DingtalkApp(Part):
    """An app of the company in DingTalk."""

    address: str = DINGTALK
    app_key: str
    app_secret: str
    agent_id: int


class Gateway(Part):
    """An SMS gateway: it is posted `{id, phone, text}`, signed with `secret`."""

    url: str
    secret: Annotated[str, Field(min_length=16)]


class Bot(Part):
    """A robot in a department's group, or (`signed`) a hook of the company's own that takes `{id, text}`."""

    kind: Literal["wecom", "dingtalk", "signed"]
    department: str
    url: str
    secret: Annotated[str, Field(min_length=16)] | None = None

    @model_validator(mode="after")
    def _is_signed(self) -> Self:
        if self.kind == "signed" and self.secret is None:
            raise ValueError("a signed hook has a secret")
        return self


class Channels(Part):
    """The whole file."""

    app_url: HttpUrl
    hosts: list[str] = []
    inner_networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    ca_file: Path | None = None
    wecom: WecomApp | None = None
    dingtalk: DingtalkApp | None = None
    sms: Gateway | None = None
    bots: list[Bot] = []

    @property
    def addresses(self) -> list[str]:
        """Every address that a message may go to."""
        apps = [app.address for app in (self.wecom, self.dingtalk) if app]
        return apps + [one.url for one in (self.sms, *self.bots) if one]


def read_part(model: type[PartT], path: Path, variable: str) -> PartT:
    """The file that a variable names; raises ValueError, naming the places that are wrong and never what stands there."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise ValueError(f"{path} of {variable} cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ValueError(f"{path} of {variable} is not TOML") from None
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors()})
        raise ValueError(f"{path} of {variable}: {', '.join(places)} is wrong or missing") from None


def read_channels(path: Path) -> Channels:
    """The file's channels; raises ValueError, naming the places that are wrong and never what stands there."""
    found = read_part(Channels, path, "FIELDVISIT_OUTSIDE")
    if len({bot.department for bot in found.bots}) < len(found.bots):
        raise ValueError(f"{path} of FIELDVISIT_OUTSIDE: a department has one of `bots`")
    return found
