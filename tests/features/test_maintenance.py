"""维护案例: written by whoever did it (S10.3), commented and shared with the zone or the department (S10.4), a library of experience (S1.11)."""

from typing import Any

from conftest import World
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid


def case(**more: Any) -> dict[str, Any]:
    told = {
        "id": uid(),
        "title": "三步补齐价签",
        "situation": "价签常缺,店主嫌麻烦。",
        "action": "先带样,再约时间,最后一起换。",
        "effect": "两周后价签齐全。",
        "skill_tags": ["价签", "沟通"],
    }
    return told | more


def done(who: Persona, name: str, args: dict[str, Any]) -> None:
    result = who.do(name, args)
    assert result["state"] == "applied", result


def refused(who: Persona, name: str, args: dict[str, Any]) -> tuple[str, str]:
    result = who.do(name, args)
    return str(result["state"]), str(result.get("code"))


def seen(who: Persona, made: dict[str, Any]) -> Any:
    rows = who.rows(f"maintenance_case:{made['id']}", "maintenance_cases")
    return rows[0] if rows else None


def told(world: World, username: str, kind: str) -> int:
    react(world.runtime.db)
    return len(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def test_s10_3_a_case_is_its_authors_and_his_leaders_until_it_is_shared_step_by_step(world: World) -> None:
    am01, am02, am03, mm1 = (world.as_(name) for name in ("am01", "am02", "am03", "mm1"))
    made = case(customer_id=shop("cz:0"))
    done(am01, "maintenance_cases.write", made)
    assert told(world, "mm1", "maintenance_case_written") == 1
    assert seen(mm1, made)["title"] == "三步补齐价签"
    assert seen(am02, made) is None
    done(am01, "maintenance_cases.write", made | {"effect": "一周后齐全。"})
    said = {"id": made["id"], "mm_comment": "值得全辖区学", "shared": "zone"}
    done(mm1, "maintenance_cases.comment", said)
    assert told(world, "am01", "maintenance_case_commented") == 1
    assert (seen(am02, made)["mm_comment"], seen(am02, made)["effect"]) == ("值得全辖区学", "一周后齐全。")
    assert "shop_name" not in seen(am02, made), "others may not see the shop"
    assert seen(am03, made) is None
    assert refused(am01, "maintenance_cases.write", made) == ("held", "maintenance_case_shared")
    done(mm1, "maintenance_cases.comment", said | {"shared": "department"})
    assert seen(am03, made)["shared"] == "department"
    done(mm1, "maintenance_cases.comment", said | {"mm_comment": "再补一句", "shared": "none"})
    assert seen(am03, made)["mm_comment"] == "再补一句", "what is shared stays so"
    assert seen(world.as_("am19"), made) is None, "nobody in another department"


def test_s10_4_only_whoever_leads_its_author_comments_and_shares(world: World) -> None:
    made, own = case(), case()
    done(world.as_("am01"), "maintenance_cases.write", made)
    said = {"id": made["id"], "mm_comment": "c", "shared": "department"}
    assert refused(world.as_("mm2"), "maintenance_cases.comment", said) == (
        "held",
        "maintenance_case_missing",
    )
    assert refused(world.as_("dm"), "maintenance_cases.comment", said) == (
        "held",
        "maintenance_case_not_yours",
    )
    done(world.as_("mm1"), "maintenance_cases.write", own)
    mine = said | {"id": own["id"]}
    assert refused(world.as_("mm1"), "maintenance_cases.comment", mine) == (
        "held",
        "maintenance_case_not_yours",
    )
    done(world.as_("dm"), "maintenance_cases.comment", mine)
    assert seen(world.as_("am03"), own)["author_id"] == person("mm1")


def test_a_case_that_cannot_be_says_why(world: World) -> None:
    am01 = world.as_("am01")
    assert refused(am01, "maintenance_cases.write", case(customer_id=uid())) == ("held", "customer_missing")
    assert refused(am01, "maintenance_cases.write", case(skill_tags=["x" * 21])) == ("held", "args_invalid")
    made = case()
    done(am01, "maintenance_cases.write", made)
    assert refused(world.as_("am02"), "maintenance_cases.write", made) == ("held", "maintenance_case_missing")
