"""A survey in a fixed format, filled in without signal: what follows from an answer, bounds, a photo, the score (S11.11)."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import ready, shops
from e2e.test_plans import offline
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
WHO = "mm1"


def test_s11_11_a_survey_asks_what_follows_from_the_answers_and_loses_none(
    server: Server, phone: Phone
) -> None:
    token, visit = server.token(WHO), uid()
    shop = shops(server, WHO)[7]
    arrival = {"id": visit, "customer_id": shop, "place": None, "purpose": "market_survey"}
    server.post(token, "/api/visits", arrival | {"photo_refusal": "unavailable"})
    page = ready(phone, WHO)
    page.goto(f"{server.url}/visits/{visit}")
    survey = page.get_by_test_id("checklist")
    expect(survey).to_contain_text("市场调查表", timeout=30_000)
    expect(survey.get_by_text("缺价签的原因")).to_be_hidden()
    offline(phone, True)
    survey.get_by_role("group", name="明码标价齐全").get_by_role("button", name="否").click()
    survey.get_by_role("group", name="缺价签的原因").get_by_role("button", name="未更换").click()
    survey.get_by_role("button", name="为此题拍照").click()
    page.get_by_role("dialog").get_by_role("button", name="拍照", exact=True).click(timeout=30_000)
    expect(survey.get_by_role("img", name="拜访照片")).to_be_visible(timeout=30_000)
    specs = survey.get_by_label("在售规格数")
    specs.fill("2000")
    expect(survey.get_by_role("alert")).to_have_text("请填 0 到 200 之间的整数")
    specs.fill("36")
    expect(survey.get_by_role("alert")).to_be_hidden()
    survey.get_by_role("group", name="近期动销").get_by_role("button", name="紧").click()
    survey.get_by_role("group", name="服务满意度").get_by_role("button", name="5").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_test_id("save-bar")).to_have_text("已保存(本机)")
    page.reload()
    expect(survey.get_by_role("img", name="拜访照片")).to_be_visible(timeout=30_000)
    expect(specs).to_have_value("36")
    offline(phone, False)
    expect(page.get_by_test_id("visit-state")).to_contain_text("已同步", timeout=60_000)
    given = server.get(token, f"/api/visit_answers/{visit}")
    photo = given["answers"].pop("shelf")
    assert given["answers"] == {
        "price_tags": False,
        "why_not": "未更换",
        "specs": 36,
        "demand": "紧",
        "service": 5,
    }
    assert given["score"] == round(100 * (0 + 10 + 40) / (20 + 10 + 40), 1)
    assert server.get(token, f"/api/attachments/{photo}")["owner_id"] == visit
