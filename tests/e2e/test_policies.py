"""A policy is published at the desk, read without signal, asked about, and seen to be read (S1.7); a service plan is passed (S1.23)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import ready
from fieldvisit.kernel.clock import today

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WHO = "am13"
MANAGER = "mm3"


def test_a_policy_is_read_without_signal_and_its_question_reaches_who_published_it(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    desk = other_phone.sign_in("ga")
    desk.get_by_role("link", name="政策文件").first.click(timeout=30_000)
    desk.get_by_role("button", name="发布文件").click()
    sheet = desk.get_by_role("dialog")
    sheet.get_by_label("文件名称").fill("雨天拜访安全须知")
    sheet.get_by_label("版本").fill("2026-2")
    sheet.get_by_label("正文").fill("雨天骑行减速,积水路段推行。")
    sheet.get_by_role("button", name="发布", exact=True).click()
    expect(desk.get_by_test_id("policy-card")).to_contain_text("积水路段推行")
    people = server.get(server.token("ga"), "/api/people", limit="200")["items"]
    field = [
        one for one in people if one["role"] in ("account_manager", "market_manager") and one["is_active"]
    ]
    expect(desk.get_by_test_id("policy-readers")).to_contain_text(f"0 / {len(field)}")

    page = ready(phone, WHO)
    assert phone.context
    page.goto(f"{server.url}/policies")
    mine = page.get_by_test_id("policy").filter(has_text="雨天拜访安全须知")
    expect(mine).to_contain_text("必读", timeout=30_000)
    phone.context.set_offline(True)
    mine.get_by_role("link").click()
    expect(page.get_by_text("积水路段推行")).to_be_visible()
    page.get_by_role("button", name="已读,有疑问").click()
    page.get_by_role("dialog").get_by_label("哪里不明白").fill("山路也要去吗?")
    page.get_by_role("button", name="提交疑问").click()
    expect(page.get_by_text("您的疑问:山路也要去吗?")).to_be_visible()
    page.get_by_role("link", name="返回").click()
    expect(mine).to_contain_text("已读")
    phone.context.set_offline(False)

    readers = desk.get_by_test_id("policy-readers")
    expect(readers).to_contain_text("山路也要去吗?", timeout=60_000)
    expect(readers).to_contain_text(f"1 / {len(field)}")


def test_a_service_plan_begins_with_the_standards_and_is_given_back_and_passed(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = ready(phone, WHO)
    page.goto(f"{server.url}/service/plans")
    page.get_by_role("button", name="编制").last.click(timeout=30_000)
    expect(page.get_by_label("每月拜访次数").first).to_have_value("4")
    expect(page.get_by_label("服务项目").first).to_have_value(
        "政策宣传\n品牌推介\n库存检查\n陈列与价签\n订货建议\n意见征询\n档案核对"
    )
    page.get_by_label("服务目标与要求").fill("满意度到 90 分")
    page.get_by_label("每月拜访次数").first.fill("3")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_test_id("service-plan-state")).to_have_text("待审核")
    expect(page.get_by_text("低于服务标准(每月 4 次)")).to_be_visible()

    leader = ready(other_phone, MANAGER)
    leader.goto(f"{server.url}/service/plans")
    waiting = (
        leader.get_by_test_id("service-plan").filter(has_text=name_of(server, WHO)).filter(has_text="待审核")
    )
    waiting.get_by_role("link").click(timeout=60_000)
    leader.get_by_role("button", name="退回").click()
    leader.get_by_role("dialog").get_by_label("说明").fill("大户不能低于 4 次")
    leader.get_by_role("dialog").get_by_role("button", name="退回").click()
    expect(leader.get_by_test_id("service-plan-state")).to_have_text("被退回")

    expect(page.get_by_test_id("service-plan-state")).to_have_text("被退回", timeout=60_000)
    expect(page.get_by_text("大户不能低于 4 次")).to_be_visible()
    page.get_by_role("button", name="修改后再提交").click()
    page.get_by_label("每月拜访次数").first.fill("4")
    page.get_by_role("button", name="提交审核").click()
    expect(leader.get_by_test_id("service-plan-state")).to_have_text("待审核", timeout=60_000)
    leader.get_by_role("button", name="通过").click()
    leader.get_by_role("dialog").get_by_role("button", name="通过").click()
    expect(page.get_by_test_id("service-plan-state")).to_have_text("已通过", timeout=60_000)
    (plan,) = server.get(server.token(WHO), "/api/service_plans", first_on=str(next_quarter()))["items"]
    assert (plan["state"], [group["visits_a_month"] for group in plan["groups"]]) == ("approved", [4, 2, 1])


def next_quarter() -> object:
    month = today().replace(day=1)
    while (month := (month + timedelta(days=32)).replace(day=1)).month % 3 != 1:
        pass
    return month


def name_of(server: Server, username: str) -> str:
    return str(server.get(server.token(username), "/api/profile")["items"][0]["name"])
