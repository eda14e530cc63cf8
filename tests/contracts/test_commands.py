"""Every command × every role × every relation: whose it is not cannot do it, and learns nothing by trying."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from conftest import World, on_sqlite
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.facts.models import SALES_REF, SalesImport
from fieldvisit.kernel import decisions
from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.commands import COMMANDS, Command
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.work import Locks
from personas import Persona, person, shop, uid, worked

LEADER = {"am01": "mm1", "am02": "mm1", "am03": "mm2", "am19": "mm4"}
DEPUTY = {"am01": "am02", "am02": "am01", "am03": "am04", "am19": "am20"}
CAST = ("am01", "mm1", "dm", "ga", "cc1", "post1", "admin")
Example = Callable[[dict[str, str]], dict[str, Any]]


def a_day(plan_id: str, customer_id: str) -> dict[str, Any]:
    """A plan of the next working day with one shop."""
    day = worked(today() + timedelta(days=1))
    stop = {"customer_id": customer_id, "day": str(day), "visit_id": uid(), "contact_method": "in_person"}
    why = {"purpose": "guidance", "suspected_problem": "p"}
    return {"id": plan_id, "horizon": "day", "first_on": str(day), "items": [stop | why]}


EXAMPLES: dict[str, Example] = {
    "attachments.give_up": lambda of: {"attachment_id": of["attachment"], "reason": "r"},
    "org.create_zone": lambda of: {
        "id": uid(),
        "department_id": of["department"],
        "name": "n",
        "code": uid(),
    },
    "org.create_route": lambda of: {"id": uid(), "zone_id": of["zone"], "name": "n", "code": uid()},
    "org.rename_zone": lambda of: {"zone_id": of["zone"], "name": "n", "code": uid()},
    "org.change_route": lambda of: {"route_id": of["route"], "name": "n", "code": uid()},
    "org.create_user": lambda of: {
        "id": uid(),
        "username": "u" + uid()[:8],
        "employee_no": uid(),
        "name": "n",
        "role": "account_manager",
    },
    "org.assign": lambda of: {"user_id": of["user"], "scope": f"route:{of['route']}", "since": str(today())},
    "org.change_role": lambda of: {"user_id": of["user"], "role": "account_manager"},
    "org.leave": lambda of: {"user_id": of["user"]},
    "org.return": lambda of: {"user_id": of["user"]},
    "org.register_absence": lambda of: {
        "id": uid(),
        "user_id": of["user"],
        "deputy_id": of["user"],
        "since": str(today()),
        "until": str(today() + timedelta(days=1)),
    },
    "org.end_absence": lambda of: {"absence_id": of["absence"], "until": str(today())},
    "org.import_people": lambda of: {
        "rows": [
            {
                "row": 2,
                "employee_no": uid(),
                "name": "n",
                "username": "u" + uid()[:8],
                "role": "account_manager",
                "zone_code": of["zone_code"],
                "route_code": of["route_code"],
            }
        ]
    },
    "customers.import_shops": lambda of: {
        "rows": [
            {
                "row": 2,
                "zone_code": of["zone_code"],
                "route_code": of["route_code"],
                "customer_code": str(uuid_digits()),
                "licence_no": str(uuid_digits()),
                "shop_name": "新店",
                "retail_format": "Z",
                "market_type": "C",
                "business_size": "3",
            }
        ]
    },
    "notices.read": lambda of: {"notice_ids": [of["notice"]]},
    "deadlines.set": lambda _of: {
        "key": "suggestion.decide",
        "value": 2,
        "unit": "working_day",
        "remind_hours": 4,
    },
    "privacy_requests.submit": lambda _of: {"id": uid(), "kind": "explain", "content": "why"},
    "privacy_requests.resubmit": lambda of: {"id": of["privacy_request"], "content": "why"},
    "privacy_requests.withdraw": lambda of: {"id": of["privacy_request"]},
    **{
        f"privacy_requests.{step}": lambda of: {"id": of["privacy_request"], "note": "n"}
        for step in ("grant", "refuse", "return", "amend")
    },
    "helpdesk.ask": lambda _of: {"id": uid(), "kind": "question", "text": "how"},
    "helpdesk.write": lambda of: {"request_id": of["help_request"], "id": uid(), "text": "more"},
    "helpdesk.answer": lambda of: {"request_id": of["help_request"], "id": uid(), "text": "so"},
    "helpdesk.close": lambda of: {"request_id": of["help_request"]},
    "tasks.assign": lambda of: {
        "id": uid(),
        "assignee_id": of["user"],
        "title": "t",
        "requirement": "r",
        "due_on": str(today()),
    },
    "tasks.report_progress": lambda of: {"task_id": of["task"], "id": uid(), "progress_pct": 5},
    "tasks.finish": lambda of: {"task_id": of["task"], "id": uid(), "result": "r"},
    "tasks.return": lambda of: {
        "task_id": of["task"],
        "id": uid(),
        "note": "n",
        "due_on": str(today()),
    },
    "tasks.accept": lambda of: {"task_id": of["task"], "id": uid()},
    "tasks.cancel": lambda of: {"task_id": of["task"], "id": uid(), "reason": "r"},
    "facts.import_sales": lambda of: {
        "title": "t",
        "rows": [
            {
                "row": 2,
                "customer_code": of["customer_code"],
                "month": str(today().replace(day=1)),
                "demand_qty": 2,
                "order_qty": 1,
                "amount": 100,
            }
        ],
    },
    "org.set_rules": lambda of: {"id": of["department"], "plans_need_decision": True},
    "service.set_standard": lambda of: {
        "department_id": of["department"],
        "business_size": "1",
        "visits_a_month": 3,
        "items": ["i"],
    },
    "facts.undo_import": lambda of: {"import_id": of["sales_import"]},
    "visit_plans.save": lambda of: a_day(uid(), of["customer"]),
    "visit_plans.submit": lambda of: a_day(uid(), of["customer"]),
    "visit_plans.amend": lambda of: a_day(of["plan"], of["customer"]) | {"note": "n"},
    "visit_plans.evaluate": lambda of: {"id": of["plan"], "evaluation": "e"},
    "visit_plans.withdraw": lambda of: {"id": of["plan"]},
    **{f"visit_plans.{step}": lambda of: {"id": of["plan"], "note": "n"} for step in ("approve", "return")},
    "consents.give": lambda _of: {"id": uid(), "kind": "location", "version": 1},
    "consents.withdraw": lambda _of: {"id": uid(), "kind": "location"},
    "outside.set_rule": lambda _of: {"kind": "task_overdue", "way": "off", "sms": False, "bot": False},
    "outside.set_hours": lambda _of: {
        "quiet_from": "21:00",
        "quiet_until": "07:30",
        "digest_at": ["12:30"],
        "rests_on_days_off": True,
    },
    "outside.set_address": lambda of: {"user_id": of["user"], "wecom": "w" + uid()[:8]},
    "outside.try": lambda _of: {"channel": "bot"},
    "calendar.set_days": lambda _of: {"days": [{"day": str(today()), "is_working": True}]},
    "devices.approve": lambda of: {"device_id": of["device"]},
    "devices.revoke": lambda of: {"device_id": of["device"]},
    "devices.wipe": lambda of: {"device_id": of["device"]},
    "held_ops.apply": lambda of: {"held_op_id": of["held_op"]},
    "held_ops.reject": lambda of: {"held_op_id": of["held_op"], "reason": "r"},
    "customers.hand_over": lambda of: {
        "route_id": of["route"],
        "customer_ids": [of["customer"]],
        "on_day": str(today()),
    },
    "customers.cancel_handover": lambda of: {"handover_id": of["handover"]},
    "customers.create": lambda of: {
        "id": uid(),
        "route_id": of["route"],
        "customer_code": str(uuid_digits()),
        "licence_no": str(uuid_digits()),
        "shop_name": "新店",
        "retail_format": "Z",
        "market_type": "C",
        "business_size": "3",
    },
    "customers.edit": lambda of: {
        "customer_id": of["customer"],
        "set": {"note": {"from": None, "to": uid()}},
    },
    "customers.place_shop": lambda of: {
        "customer_id": of["customer"],
        "lat": 30.0,
        "lng": 110.0,
        "datum": "wgs84",
        "radius_m": 200,
    },
    "customers.accept_suggestion": lambda of: {"suggestion_id": of["suggestion"]},
    "customers.dismiss_suggestion": lambda of: {"suggestion_id": of["suggestion"], "reason": "r"},
    "visits.plan_visit": lambda of: {"id": uid(), "customer_id": of["customer"], "day": str(today())},
    "visits.check_in": lambda of: {"id": uid(), "customer_id": of["customer"], "place": None},
    "visits.record": lambda of: {"visit_id": of["visit"], "note": "n"},
    "visits.add_photos": lambda of: {"visit_id": of["visit"], "photos": [uid()]},
    "visits.check_out": lambda of: {"visit_id": of["visit"]},
    "visits.cancel": lambda of: {"visit_id": of["visit"], "reason": "r"},
    "visits.answer": lambda of: {
        "visit_id": of["visit"],
        "checklist_id": of["checklist"],
        "answers": {"policy": True},
    },
    "visits.record_stock": lambda of: {
        "visit_id": of["visit"],
        "readings": [{"id": uid(), "spec_id": SPEC, "counter_qty": 3}],
    },
    "visits.comment": lambda of: {"id": uid(), "visit_id": of["visit"], "text": "t"},
    "visits.correct_shop": lambda of: {
        "visit_id": of["visit"],
        "customer_id": of["customer"],
        "reason": "r",
    },
    "visits.save_checklist": lambda of: {
        "id": uid(),
        "department_id": of["department"],
        "kind": "visit",
        "title": "t",
        "items": [{"key": "k", "text": "t", "kind": "yes_no"}],
    },
    "visits.end_checklist": lambda of: {"checklist_id": of["checklist"]},
    "visit_anomalies.explain": lambda of: {"id": of["visit"], "explanation": "e"},
    "visit_anomalies.withdraw": lambda of: {"id": of["visit"]},
    **{
        f"visit_anomalies.{step}": lambda of: {"id": of["visit"], "note": "n"}
        for step in ("accept", "invalidate", "return", "amend")
    },
    "policies.publish": lambda of: {
        "id": uid(),
        "department_id": of["department"],
        "title": "t",
        "category": "company",
        "version": "1",
        "text": "t",
        "effective_on": str(today()),
    },
    "policies.end": lambda of: {"policy_id": of["policy"]},
    "policies.read": lambda of: {"policy_id": of["policy"], "id": uid()},
    "maintenance_cases.write": lambda of: a_case(uid(), of["customer"]),
    "maintenance_cases.comment": lambda of: {"id": of["maintenance_case"], "mm_comment": "c"},
    "maintenance_appraisals.save": lambda of: an_appraisal(uid(), of["user"]),
    "maintenance_appraisals.report": lambda of: an_appraisal(uid(), of["user"]),
    "maintenance_appraisals.amend": lambda of: {"id": of["maintenance_appraisal"], "note": "n"},
    "meetings.save": lambda of: a_meeting(uid(), of["user"]),
    **{
        f"meetings.{step}": lambda of: {"meeting_id": of["meeting"]}
        for step in ("report", "notify", "open", "sign_in", "end", "accept", "read_digest")
    },
    "meetings.cancel": lambda of: {"meeting_id": of["meeting"], "reason": "r"},
    "meetings.set_agenda": lambda of: {"meeting_id": of["meeting"], "agenda": []},
    "meetings.excuse": lambda of: {"meeting_id": of["meeting"], "user_id": of["user"], "is_leave": True},
    "meetings.note": lambda of: {
        "meeting_id": of["meeting"],
        "id": uid(),
        "about_id": of["user"],
        "said": "speech",
        "text": "t",
    },
    "meetings.write_minutes": lambda of: {"meeting_id": of["meeting"], "minutes": "m"},
    "meetings.publish": lambda of: {"meeting_id": of["meeting"], "digest": "d"},
    **{f"work_logs.{step}": lambda of: a_log(of["customer"]) for step in ("save", "submit")},
    "work_logs.withdraw": lambda of: {"id": of["work_log"]},
    **{f"work_logs.{step}": lambda of: {"id": of["work_log"], "note": "n"} for step in ("return", "amend")},
    "work_logs.review": lambda of: {"id": of["work_log"], "plan_check": "good", "grade": "B"},
    "feedback_cases.register": lambda of: an_opinion(uid(), of["customer"]),
    **{
        f"feedback_cases.{step}": lambda of: {
            "feedback_case_id": of["feedback_case"],
            "id": uid(),
            "text": "t",
        }
        for step in (
            "close",
            "withdraw",
            "accept",
            "refuse",
            "return",
            "contact",
            "upgrade",
            "resolve",
            "report",
            "confirm",
            "reject",
            "reopen",
        )
    },
    **{
        f"feedback_cases.{step}": lambda of, more=more: {
            "feedback_case_id": of["feedback_case"],
            "id": uid(),
            **{name: of.get(value, value) for name, value in more.items()},
        }
        for step, more in {
            "assign": {"handler_id": "user"},
            "verify": {"verify_method": "documents", "verify_result": "true", "finding": "f"},
            "join": {"joined_to_id": "feedback_case"},
            "co_handle": {"info_slip_id": "00000000-0000-4000-8000-000000000001", "content": "c"},
            "demand": {"task_id": "00000000-0000-4000-8000-000000000002", "assignee_id": "user"}
            | {"title": "t", "requirement": "r", "due_on": "2099-01-01"},
            "ask_extension": {"extension_on": "2099-01-01", "text": "t"},
            "decide_extension": {"is_granted": False},
            "judge": {"timeliness": "late", "text": "t"},
        }.items()
    },
    "rectification_plans.assign": lambda of: a_rectification(of["feedback_case"], of["user"]),
    **{
        f"rectification_plans.{step}": lambda of, more=more: {
            "rectification_plan_id": of["rectification_plan"],
            **more,
        }
        for step, more in {
            "start": {},
            "submit": {"result": "r"},
            "accept": {},
            "reject": {"check_result": "c"},
        }.items()
    },
    "service_issues.find": lambda of: an_issue(uid(), of["customer"]),
    **{
        f"service_issues.{step}": lambda of, more=more: {
            "service_issue_id": of["service_issue"],
            **{name: of.get(value, value) for name, value in more.items()},
        }
        for step, more in {
            "analyse": {"cause": "c"},
            "assign": {"owner_id": "user", "measures": "m"},
            "fix": {"result": "r"},
            "verify": {},
            "reject": {"check_result": "c"},
            "withdraw": {},
        }.items()
    },
    "suggestion_analyses.submit": lambda of: an_analysis(uid(), of["pooled_case"]),
    "suggestion_analyses.withdraw": lambda of: {"suggestion_analysis_id": of["suggestion_analysis"]},
    "suggestion_analyses.answer": lambda of: {
        "suggestion_analysis_id": of["suggestion_analysis"],
        "is_adopted": True,
        "reply": "r",
    },
    "feedback_cases.handle": lambda of: {
        "feedback_case_id": of["feedback_case"],
        "id": uid(),
        "opinion": "o",
    },
    "feedback_cases.inform": lambda of: {
        "feedback_case_id": of["feedback_case"],
        "id": uid(),
        "text": "t",
        "method": "phone",
    },
    "info_slips.send": lambda of: {
        "id": uid(),
        "category": "supply",
        "content": "c",
        "customer_id": of["customer"],
    },
    **{
        f"info_slips.{step}": lambda of: {"info_slip_id": of["info_slip"], "id": uid()}
        for step in ("receive", "confirm", "withdraw")
    },
    **{
        f"info_slips.{step}": lambda of: {"info_slip_id": of["info_slip"], "id": uid(), "text": "t"}
        for step in ("reply", "reject_reply")
    },
    "info_slips.forward": lambda of: {
        "info_slip_id": of["info_slip"],
        "id": uid(),
        "addressee_id": of["user"],
    },
    "service_plans.submit": lambda _of: a_quarter(uid()),
    "service_plans.withdraw": lambda of: {"id": of["service_plan"]},
    **{
        f"service_plans.{step}": lambda of: {"id": of["service_plan"], "note": "n"}
        for step in ("approve", "return", "amend")
    },
    "customers.log_contact": lambda of: {"id": uid(), "customer_id": of["customer"], "method": "phone"},
    "catalogue.save_brand": lambda _of: {"id": uid(), "name": uid()},
    "catalogue.save_spec": lambda _of: {
        "id": uid(),
        "spec_code": str(uuid_digits())[:8],
        "name": "n",
        "brand_id": demo_id("brand:青禾"),
        "price_class": 1,
        "wholesale_price": 100,
        "guide_price": 110,
    },
}
SPEC = demo_id("spec:90010101")
IN_REACH = {
    ("admin", "devices.approve"),
    ("admin", "devices.revoke"),
    ("admin", "devices.wipe"),
    # what shops say is the complaint centre's to take down and to see, of every zone
    *(
        ("cc1", f"feedback_cases.{step}")
        for step in ("register", "withdraw", "upgrade", "join", "assign", "confirm", "reject", "reopen")
    ),
    *(("cc1", f"feedback_cases.{step}") for step in ("decide_extension", "judge")),
    ("cc1", "policies.read"),  # the complaint centre works by every department's
    # what is asked about the app is his to answer, of every department
    *(("admin", f"helpdesk.{step}") for step in ("write", "answer", "close")),
    # every phone is his to let in or shut out, and he answers where a department has no administrator
    *(
        ("admin", f"privacy_requests.{step}")
        for step in ("grant", "refuse", "return", "withdraw", "amend", "resubmit")
    ),
}
NAMED_BY_CODE = {
    "org.import_people",
    "customers.import_shops",
    "facts.import_sales",
}  # a table's faults are answered with 422
WITHOUT_TARGET = {
    "org.create_user",
    "calendar.set_days",
    "consents.give",
    "consents.withdraw",
    "deadlines.set",
    "outside.set_rule",
    "outside.set_hours",
    "outside.try",
    "privacy_requests.submit",
    "catalogue.save_brand",
    "catalogue.save_spec",
    "helpdesk.ask",
    "service_plans.submit",
}
ADMINS = {Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN}
ADMIN, FIELD = {Role.GENERAL_ADMIN}, {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER}
ABOVE = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}
PERMITTED: dict[str, set[Role]] = {
    "attachments.give_up": set(Role),
    "org.create_zone": ADMIN,
    "org.create_route": ADMIN,
    "org.rename_zone": ADMIN,
    "org.change_route": ADMIN,
    "org.create_user": ADMIN,
    "org.import_people": ADMIN,
    "customers.import_shops": ADMIN,
    "facts.import_sales": ADMIN,
    "facts.undo_import": ADMIN,
    "org.set_rules": ADMIN,
    "outside.set_rule": ADMIN,
    "outside.set_hours": ADMIN,
    "outside.set_address": ADMIN,
    "outside.try": ADMIN,
    "service.set_standard": ADMIN,
    "org.assign": ADMIN,
    "org.change_role": ADMIN,
    "org.leave": ADMINS,
    "org.return": ADMINS,
    "org.register_absence": ABOVE,
    "org.end_absence": ABOVE,
    "notices.read": set(Role),
    "deadlines.set": ADMIN,
    **{f"privacy_requests.{step}": set(Role) for step in ("submit", "resubmit", "withdraw", "amend")},
    **{f"privacy_requests.{step}": ADMINS for step in ("grant", "refuse", "return")},
    **{f"helpdesk.{step}": set(Role) for step in ("ask", "write", "close")},
    "helpdesk.answer": ADMINS,
    **{f"tasks.{step}": FIELD for step in ("report_progress", "finish")},
    **{
        f"tasks.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in ("assign", "return", "accept", "cancel")
    },
    **{f"visit_plans.{step}": FIELD for step in ("save", "submit", "amend", "evaluate", "withdraw")},
    **{
        f"visit_plans.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in ("approve", "return")
    },
    "consents.give": set(Role),
    "consents.withdraw": set(Role),
    "calendar.set_days": ADMIN,
    "devices.approve": {Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN},
    "devices.revoke": set(Role),
    "devices.wipe": set(Role),
    "held_ops.apply": ABOVE,
    "held_ops.reject": ABOVE,
    "customers.hand_over": {Role.MARKET_MANAGER, Role.GENERAL_ADMIN},
    "customers.cancel_handover": {Role.MARKET_MANAGER, Role.GENERAL_ADMIN},
    "customers.create": ADMIN,
    "customers.edit": FIELD | ADMIN,
    "customers.place_shop": {Role.MARKET_MANAGER, Role.GENERAL_ADMIN},
    "customers.accept_suggestion": FIELD | ADMIN,
    "customers.dismiss_suggestion": FIELD | ADMIN,
    "visits.plan_visit": FIELD,
    "visits.check_in": FIELD,
    "visits.record": FIELD,
    "visits.add_photos": FIELD,
    "visits.check_out": FIELD,
    "visits.cancel": FIELD,
    "visits.answer": FIELD,
    "visits.record_stock": FIELD,
    "visits.comment": FIELD | {Role.DEPARTMENT_MANAGER},
    "visits.correct_shop": FIELD,
    "visits.save_checklist": ADMIN,
    "visits.end_checklist": ADMIN,
    **{f"visit_anomalies.{step}": FIELD for step in ("explain", "withdraw", "amend")},
    **{
        f"visit_anomalies.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in ("accept", "invalidate", "return")
    },
    **{f"policies.{step}": {Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN} for step in ("publish", "end")},
    "policies.read": set(Role) - {Role.RELATED_POST, Role.SYSTEM_ADMIN},
    **{
        f"info_slips.{step}": set(Role) - {Role.SYSTEM_ADMIN}
        for step in ("send", "receive", "reply", "forward", "confirm", "reject_reply", "withdraw")
    },
    **{
        f"meetings.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in (
            "save",
            "report",
            "notify",
            "cancel",
            "set_agenda",
            "open",
            "excuse",
            "end",
            "accept",
            "publish",
        )
    },
    **{
        f"meetings.{step}": set(Role) - {Role.SYSTEM_ADMIN, Role.COMPLAINT_CENTRE}
        for step in ("sign_in", "note", "write_minutes", "read_digest")
    },
    **{f"feedback_cases.{step}": FIELD | {Role.COMPLAINT_CENTRE} for step in ("register", "withdraw")},
    **{
        f"feedback_cases.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in (
            "handle",
            "inform",
            "close",
            "accept",
            "refuse",
            "return",
            "contact",
            "verify",
            "resolve",
            "report",
            "co_handle",
            "demand",
            "ask_extension",
        )
    },
    **{
        f"feedback_cases.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.COMPLAINT_CENTRE}
        for step in ("upgrade", "join")
    },
    **{
        f"feedback_cases.{step}": {Role.DEPARTMENT_MANAGER, Role.COMPLAINT_CENTRE}
        for step in ("assign", "decide_extension", "judge")
    },
    **{f"feedback_cases.{step}": {Role.COMPLAINT_CENTRE} for step in ("confirm", "reject", "reopen")},
    **{
        f"rectification_plans.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in ("assign", "accept", "reject")
    },
    **{f"rectification_plans.{step}": FIELD for step in ("start", "submit")},
    **{f"service_issues.{step}": FIELD for step in ("find", "fix", "withdraw")},
    **{
        f"service_issues.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in ("analyse", "assign", "verify", "reject")
    },
    "suggestion_analyses.submit": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    "suggestion_analyses.withdraw": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    "suggestion_analyses.answer": {Role.DEPARTMENT_MANAGER},
    "maintenance_cases.write": FIELD,
    **{f"maintenance_appraisals.{step}": {Role.MARKET_MANAGER} for step in ("save", "report", "amend")},
    "maintenance_cases.comment": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    **{f"work_logs.{step}": FIELD for step in ("save", "submit", "withdraw", "amend")},
    **{f"work_logs.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER} for step in ("review", "return")},
    **{f"service_plans.{step}": {Role.ACCOUNT_MANAGER} for step in ("submit", "withdraw", "amend")},
    **{
        f"service_plans.{step}": {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
        for step in ("approve", "return")
    },
    "customers.log_contact": FIELD,
    "catalogue.save_brand": ADMIN,
    "catalogue.save_spec": ADMIN,
}


def uuid_digits() -> int:
    return 10**11 + int(uid().replace("-", ""), 16) % (9 * 10**11)


def customer_code(world: World, customer: str) -> str:
    with world.runtime.db.read() as session:
        return session.get_one(Customer, customer).customer_code


def a_meeting(meeting_id: str, invitee: str) -> dict[str, Any]:
    start = now() + timedelta(days=1)
    times = {"planned_start": start.isoformat(), "planned_end": (start + timedelta(minutes=20)).isoformat()}
    return {"id": meeting_id, "theme": "t", "invitee_ids": [invitee]} | times


def an_opinion(case_id: str, customer: str) -> dict[str, Any]:
    said = {"id": case_id, "feedback_type": "grumble", "category": "delivery", "source": "visit"}
    return said | {"customer_id": customer, "content": "c"}


def a_rectification(case_id: str, owner: str, plan_id: str | None = None) -> dict[str, Any]:
    plan = {"feedback_case_id": case_id, "id": uid(), "rectification_plan_id": plan_id or uid()}
    about = dict.fromkeys(("problem", "cause", "measures"), "t")
    return plan | about | {"owner_id": owner, "due_on": str(today() + timedelta(days=7))}


def an_issue(issue_id: str, customer: str) -> dict[str, Any]:
    told = {"found_in": "visit", "category": "visiting", "description": "d"}
    return told | {"id": issue_id, "customer_id": customer}


def an_analysis(analysis_id: str, *cases: str) -> dict[str, Any]:
    about = dict.fromkeys(("title", "analysis", "proposal"), "t")
    return {"id": analysis_id, "feedback_case_ids": list(cases)} | about


def a_pool(author: Persona, manager: Persona, customer: str) -> dict[str, str]:
    """A suggestion, and an analysis it is part of."""
    case, analysis = an_opinion(uid(), customer) | {"feedback_type": "suggestion"}, uid()
    assert author.do("feedback_cases.register", case)["state"] == "applied"
    summed = manager.call("POST", "/api/suggestion_analyses", an_analysis(analysis, case["id"]))
    assert summed.status_code == 200, summed.text
    return {"pooled_case": case["id"], "suggestion_analysis": analysis}


def a_case(case_id: str, customer: str | None = None) -> dict[str, Any]:
    return {
        "id": case_id,
        "customer_id": customer,
        "title": "t",
        "situation": "s",
        "action": "a",
        "effect": "e",
    }


def an_appraisal(appraisal_id: str, account_manager: str) -> dict[str, Any]:
    told = {"account_manager_id": account_manager, "first_on": str(today().replace(day=1))}
    return {"id": appraisal_id, "quality_score": 80, "comment": "c"} | told


def a_log(customer: str | None = None) -> dict[str, Any]:
    note = {"id": uid(), "kind": "visit", "text": "t", "customer_id": customer}
    return {"id": uid(), "first_on": str(today()), "notes": [note]}


def a_quarter(plan_id: str) -> dict[str, Any]:
    first = date(today().year, today().month - (today().month - 1) % 3, 1)
    group = {"business_size": "1", "visits_a_month": 4}
    return {"id": plan_id, "first_on": str(first), "aims": "a", "groups": [group]}


def a_policy(world: World, department: str) -> str:
    policy_id, home = uid(), demo_id(f"department:{department}")
    leader = world.as_("dm" if department == "dq" else "dm2")
    told = {"title": "t", "category": "company", "version": "1", "text": "t", "effective_on": str(today())}
    answer = leader.call("PUT", f"/api/policies/{policy_id}", told | {"department_id": home})
    assert answer.status_code == 200, answer.text
    return policy_id


def a_sales_import(world: World, route: str) -> str:
    """One of the department the route is in; the second has no administrator who could bring it in."""
    import_id = uid()
    department = "xq" if route.startswith("xq") else "dq"
    with world.runtime.db.write() as session:
        locks = Locks(session)
        key = SALES_REF.of(department=demo_id(f"department:{department}"))
        locks.take([key])
        made = {"title": "t", "row_count": 1, "author_id": person("ga"), "made_at": now()}
        session.add(SalesImport(id=import_id, bundle_id=locks.held[key.text].id, **made))
        locks.bump()
    return import_id


def targets(world: World, writer: str, route: str) -> dict[str, str]:
    """Things of one territory, one of each kind that a command can name."""
    who = world.as_(writer)
    visit, customer = uid(), shop(route)
    picture = {"id": uid(), "sha256": "0" * 64, "bytes": 3, "type": "image/jpeg", "kind": "visit"}
    who.do(
        "visits.check_in",
        {"id": visit, "customer_id": customer, "place": None, "photos": [picture["id"]]},
        files=[picture],
    )
    who.do("customers.edit", {"customer_id": customer, "set": {"address": {"from": None, "to": uid()}}})
    suggestion = who.rows(f"customer:{customer}", "suggestions")[0]["id"]
    held = who.op("visits.cancel", {"visit_id": uid(), "reason": "r", "more": True})
    who.push(held)
    manager, deputy = world.as_(LEADER[writer]), DEPUTY[writer]
    absence, later = uid(), str(today() + timedelta(days=1))
    days = {"since": later, "until": str(today() + timedelta(days=2))}
    away = {"id": absence, "user_id": person(writer), "deputy_id": person(deputy)} | days
    assert manager.call("POST", "/api/absences", away).status_code == 200
    beside = demo_id(f"route:{route[:-1]}{1 - int(route[-1])}")
    to = {"route_id": beside, "customer_ids": [customer], "on_day": later}
    assert manager.call("POST", "/api/handovers", to).status_code == 200
    (handover,) = manager.rows(f"customer:{customer}", "handovers")
    request = {"id": uid(), "kind": "explain", "content": "why"}
    assert who.call("POST", "/api/privacy_requests", request).status_code == 200
    asked = {"id": uid(), "kind": "question", "text": "how"}
    assert who.call("POST", "/api/help_requests", asked).status_code == 200
    task = {"id": uid(), "assignee_id": person(writer), "title": "t", "requirement": "r"}
    assert manager.call("POST", "/api/tasks", task | {"due_on": later}).status_code == 200
    plan = {"id": uid(), "horizon": "month", "first_on": str(today().replace(day=1)), "target_count": 9}
    assert who.do("visit_plans.submit", plan)["state"] == "applied"
    quarter = a_quarter(uid())
    assert who.do("service_plans.submit", quarter)["state"] == "applied"
    meeting = a_meeting(uid(), person(writer))
    assert manager.do("meetings.save", meeting)["state"] == "applied"
    assert manager.do("meetings.notify", {"meeting_id": meeting["id"]})["state"] == "applied"
    case = a_case(uid())
    assert who.do("maintenance_cases.write", case)["state"] == "applied"
    feedback = an_opinion(uid(), customer)
    assert who.do("feedback_cases.register", feedback)["state"] == "applied"
    rectification = a_rectification(feedback["id"], person(writer), uid())
    assert manager.do("rectification_plans.assign", rectification)["state"] == "applied"
    issue = an_issue(uid(), customer)
    assert who.do("service_issues.find", issue)["state"] == "applied"
    appraisal = an_appraisal(uid(), person(writer))
    assert manager.do("maintenance_appraisals.save", appraisal)["state"] == "applied"
    log = a_log()
    assert who.do("work_logs.submit", log)["state"] == "applied"
    slip = {"id": uid(), "category": "supply", "content": "c"}
    assert who.do("info_slips.send", slip)["state"] == "applied"
    react(world.runtime.db)
    notice = world.as_(writer).get("/api/notices").json()["items"][0]
    zone, number = route.split(":")
    department = "xq" if zone == "xq" else "dq"
    return {
        "visit": visit,
        "customer": customer,
        "suggestion": suggestion,
        "attachment": picture["id"],
        "route": demo_id(f"route:{zone}:{number}"),
        "zone": demo_id(f"zone:{zone}"),
        "department": demo_id(f"department:{department}"),
        "user": person(writer),
        "held_op": held["id"],
        "absence": absence,
        "device": who.device,
        "handover": handover["id"],
        "privacy_request": request["id"],
        "help_request": asked["id"],
        "task": task["id"],
        "plan": plan["id"],
        "service_plan": quarter["id"],
        "info_slip": slip["id"],
        "work_log": log["id"],
        "feedback_case": feedback["id"],
        "rectification_plan": rectification["rectification_plan_id"],
        "service_issue": issue["id"],
        **a_pool(who, manager, customer),
        "maintenance_case": case["id"],
        "maintenance_appraisal": appraisal["id"],
        "meeting": meeting["id"],
        "policy": a_policy(world, department),
        "customer_code": customer_code(world, customer),
        "sales_import": a_sales_import(world, route),
        "notice": notice["id"],
        "checklist": demo_id(f"checklist:{department}:full"),
        "zone_code": zone,
        "route_code": f"{zone}{int(number) + 1}",
    }


NOWHERE = dict.fromkeys(
    (
        "visit",
        "customer",
        "suggestion",
        "attachment",
        "route",
        "zone",
        "department",
        "user",
        "held_op",
        "device",
        "absence",
        "handover",
        "privacy_request",
        "help_request",
        "task",
        "plan",
        "service_plan",
        "info_slip",
        "work_log",
        "feedback_case",
        "rectification_plan",
        "service_issue",
        "pooled_case",
        "suggestion_analysis",
        "maintenance_case",
        "maintenance_appraisal",
        "meeting",
        "policy",
        "sales_import",
        "notice",
        "checklist",
        "zone_code",
        "route_code",
    ),
    "00000000-0000-4000-8000-000000000000",
) | {"customer_code": "999999999999"}


def call(who: Persona, command: Command, args: dict[str, Any]) -> Any:
    path = "/api" + command.path.format(**args)
    body = {name: value for name, value in args.items() if name not in command.path_fields}
    return who.call(command.method, path, body)


def test_every_command_has_an_example_a_docstring_and_refuses_what_it_does_not_know() -> None:
    assert set(EXAMPLES) == set(PERMITTED) == {name for name, _ in COMMANDS}
    for command in COMMANDS.values():
        assert command.summary
        assert command.needs
        assert command.args.__doc__
        assert command.args.model_config["extra"] == "forbid"


def test_what_is_out_of_reach_answers_as_if_it_did_not_exist(world: World, record_property: Any) -> None:
    foreign = targets(world, "am19", "xq:0")
    cells = 0
    for username in CAST:
        who = world.as_(username)
        for command in COMMANDS.values():
            if command.name in WITHOUT_TARGET or (username, command.name) in IN_REACH:
                continue
            there = call(who, command, EXAMPLES[command.name](foreign))
            nowhere = call(who, command, EXAMPLES[command.name](NOWHERE))
            cells += 2
            if username == "cc1":  # the complaint centre may call back every shop
                assert there.status_code in (403, 404), (username, command.name, there.text)
                continue
            refusals = (403, 422) if command.name in NAMED_BY_CODE else (403, 404)
            assert there.status_code in refusals, (username, command.name, there.text)
            assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json()), (
                username,
                command.name,
            )
    record_property("cells", cells)
    assert cells >= 190


# Whose things are tried by whom: of the same market manager, of another zone. What everybody in the department may know
# of (people, zones, routes, absences) is refused in words of its own; the rest as if it did not exist.
STRANGERS = {
    "peer": ("am02", "cz:1", ("am01", "mm2", "post1", "cc1", "admin")),
    "other zone": ("am03", "cj:0", ("am01", "mm1", "post1", "cc1", "admin")),
}
OPEN_INSIDE = {
    "policies.read",
    "meetings.save",
}  # the whole department reads policies, and may be called to a meeting
KNOWN_INSIDE = {"org.register_absence", "org.end_absence", "customers.hand_over"}


@pytest.mark.parametrize("relation", STRANGERS)
def test_what_is_a_colleagues_answers_as_if_it_did_not_exist(
    world: World, relation: str, record_property: Any
) -> None:
    writer, route, cast = STRANGERS[relation]
    foreign = targets(world, writer, route)
    cells = 0
    for username in cast:
        who = world.as_(username)
        for command in COMMANDS.values():
            if command.name in WITHOUT_TARGET | OPEN_INSIDE or (username, command.name) in IN_REACH:
                continue
            there = call(who, command, EXAMPLES[command.name](foreign))
            where = (relation, username, command.name, there.text)
            assert there.status_code in (403, 404), where
            cells += 1
            if username == "cc1" or command.name in KNOWN_INSIDE:
                continue
            nowhere = call(who, command, EXAMPLES[command.name](NOWHERE))
            assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json()), where
            cells += 1
    record_property("cells", cells)
    assert cells >= 250


CUSTOMER_BOUND = ("visits.plan_visit", "visits.check_in", "customers.edit", "customers.accept_suggestion", "customers.dismiss_suggestion")  # fmt: skip


def answers(who: Persona, of: dict[str, str]) -> dict[str, tuple[int, str | None]]:
    """What every command about a shop answers: status and code."""
    told = {}
    for name in CUSTOMER_BOUND:
        answer = call(who, COMMANDS[name, 1], EXAMPLES[name](of))
        told[name] = (answer.status_code, answer.json().get("code"))
    return told


def bar(world: World, customer: str, username: str) -> None:
    with world.runtime.db.write() as session:
        named = select(Bundle).where(Bundle.key == f"customer:{customer}")
        session.scalars(named).one().barred_user_id = person(username)


def test_who_is_barred_from_a_shop_meets_it_as_if_it_did_not_exist(
    world: World, record_property: Any
) -> None:
    own = targets(world, "am01", "cz:0")
    cells = 0
    for username in ("am01", "mm1"):
        bar(world, own["customer"], username)
        who = world.as_(username)
        assert answers(who, own) == answers(who, NOWHERE)
        cells += 2 * len(CUSTOMER_BOUND)
    record_property("cells", cells)


def test_who_had_a_shop_before_may_only_add_what_he_did_there_while_he_had_it(
    world: World, record_property: Any
) -> None:
    own, ga = targets(world, "am01", "cz:0"), world.as_("ga")
    moved = {"route_id": demo_id("route:cj:0"), "customer_ids": [own["customer"]], "on_day": str(today())}
    assert ga.call("POST", "/api/handovers", moved).status_code == 200
    cells = 0
    for username in ("am01", "mm1"):
        told = answers(world.as_(username), own)
        assert told.pop("visits.check_in") == (200, None), "flagged, not turned away"
        assert {status for status, _ in told.values()} == {403}, told
        cells += 1 + len(told)
    record_property("cells", cells)


def test_a_deputy_may_while_he_stands_in_and_is_a_stranger_before(world: World, record_property: Any) -> None:
    own = targets(world, "am01", "cz:0")
    am02 = world.as_("am02")
    assert answers(am02, own) == answers(am02, NOWHERE), "he stands in from tomorrow on"
    with time_machine.travel(now() + timedelta(days=1)):
        am02 = world.as_("am02")
        told = answers(am02, own)
        allowed = {"visits.plan_visit", "visits.check_in", "customers.edit"}
        assert {name for name, (status, _) in told.items() if status == 200} >= allowed, told
        assert not [name for name, (status, _) in told.items() if status == 404], told
    record_property("cells", 3 * len(CUSTOMER_BOUND))


def refusals(cast: dict[str, Persona], command: Command, own: dict[str, str]) -> int:
    """Every role that may not is refused over REST, and its pushed entry is held; how many cells that was."""
    cells = 0
    for username, who in cast.items():
        if Role(who.user["role"]) in PERMITTED[command.name]:
            continue
        args = EXAMPLES[command.name](own)
        refused = call(who, command, args)
        told = (refused.status_code, refused.json().get("code"))
        assert told == (403, "role_not_allowed"), (username, command.name)
        held = who.do(command.name, args)
        assert (held["state"], held["reason"], held["code"]) == ("held", "scope", "role_not_allowed")
        cells += 2
    return cells


def test_a_role_that_may_not_is_refused_and_its_pushed_entry_is_held(
    world: World, record_property: Any
) -> None:
    own, cast = targets(world, "am01", "cz:0"), {name: world.as_(name) for name in CAST}
    cells = sum(refusals(cast, command, own) for command in COMMANDS.values())
    record_property("cells", cells)
    assert cells >= 250


@on_sqlite
def test_the_matrix_turns_red_for_each_command_that_forgets_its_permission(
    world: World, record_property: Any
) -> None:
    own, cast = targets(world, "am01", "cz:0"), {name: world.as_(name) for name in CAST}
    planted = 0
    for key, command in COMMANDS.items():
        if command.needs == frozenset(Role):
            continue
        with pytest.MonkeyPatch.context() as patch:
            widened = Command(**{**command.__dict__, "needs": frozenset(Role)})
            patch.setitem(COMMANDS, key, widened)
            with pytest.raises(AssertionError):
                refusals(cast, widened, own)
        planted += 1
    record_property("planted", planted)
    assert planted >= 25


@pytest.mark.parametrize(("where", "check"), [(Ahead, "sees"), (decisions, "is_visible")])
@on_sqlite
def test_the_matrix_turns_red_when_a_command_may_touch_what_it_cannot_see(
    world: World, where: Any, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, check, lambda *_: True)
    with pytest.raises(AssertionError):
        test_what_is_out_of_reach_answers_as_if_it_did_not_exist(world, lambda *_: None)


def test_a_command_repeated_through_either_door_is_done_once(world: World) -> None:
    am01 = world.as_("am01")
    op = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    first = am01.push(op)["results"][0]
    again = am01.call(
        "POST",
        "/api/visits",
        op["args"],
        **{"idempotency-key": op["id"], "x-op-seq": str(op["seq"]), "x-op-made-at": op["made_at"]},
    )
    assert again.status_code == 200
    assert again.json()["receipt"] == first["receipt"]
    assert (
        len(
            am01.get("/api/visits", params={"customer_id": shop("cz:0"), "state": "in_progress"}).json()[
                "items"
            ]
        )
        == 1
    )
