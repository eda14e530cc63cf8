"""What an administrator sees of messages outside."""

from datetime import datetime

from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.outside.models import ADMIN, OutsideAddress, OutsideHours, OutsideMessage, OutsideRule
from fieldvisit.kernel.outside.rules import Channel, End, Way
from fieldvisit.kernel.values import View


class OutsideRuleView(View):
    """What is told outside of one kind of notice; `text` is the sentence."""

    id: str
    kind: str
    way: Way
    sms: bool
    bot: bool
    text: str
    is_urgent: bool


class OutsideHoursView(View):
    """When messages go out; Shanghai `hh:mm`."""

    id: str
    quiet_from: str
    quiet_until: str
    digest_at: list[str]
    rests_on_days_off: bool


class OutsideAddressView(View):
    """Where somebody is reached."""

    id: str
    user_id: str
    wecom: str | None
    dingtalk: str | None
    sms: bool


class OutsideMessageView(View):
    """A message and what became of it; one to nobody is the department's group."""

    id: str
    channel: Channel
    kind: str
    user_id: str | None
    made_at: datetime
    due_at: datetime
    tries: int
    ended_at: datetime | None
    end: End | None
    trouble: str | None


collection("outside_rules", OutsideRule, OutsideRuleView, readers=ADMIN, order=(OutsideRule.kind,))
collection("outside_hours", OutsideHours, OutsideHoursView, readers=ADMIN, order=(OutsideHours.id,))
collection(
    "outside_addresses",
    OutsideAddress,
    OutsideAddressView,
    readers=ADMIN,
    filters=("user_id",),
    order=(OutsideAddress.user_id,),
)
collection(
    "outside_messages",
    OutsideMessage,
    OutsideMessageView,
    readers=ADMIN,
    filters=("channel", "end", "user_id"),
    sorting=("made_at",),
    order=(OutsideMessage.made_at, OutsideMessage.id),
)
