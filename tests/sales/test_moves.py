"""Moving deals between stages: by drag, by button, with the reason of a loss."""

import pytest
from django.test import Client
from django.urls import reverse

from sales.models import Deal, Stage
from tests.factories.cast import Cast

Stages = dict[str, Stage]


def move_url(deal: Deal, query: str = "") -> str:
    return reverse("sales:deal_move", args=[deal.pk]) + query


@pytest.mark.parametrize(
    ("role", "status"), [("colleague", 404), ("stranger", 404), ("agent", 404)]
)
def test_it_moves_nothing_for_others(
    cast: Cast, client: Client, deal: Deal, stages: Stages, role: str, status: int
) -> None:
    client.force_login(cast.user(role))
    assert client.post(move_url(deal), {"stage": stages["won"].pk}).status_code == status
    deal.refresh_from_db()
    assert (deal.stage, deal.version, deal.stage_changes.count()) == (stages["new"], 1, 0)


def test_it_moves_by_a_button_and_returns(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    client.force_login(cast.rep)
    response = client.post(move_url(deal), {"stage": stages["offer"].pk, "version": 1})
    assert response["Location"] == deal.get_absolute_url()
    back = f"?back=board&pipeline={deal.pipeline_id}"
    response = client.post(move_url(deal, back), {"stage": stages["won"].pk, "version": 2})
    assert response["Location"].startswith(reverse("sales:board"))
    deal.refresh_from_db()
    assert deal.stage == stages["won"]


def test_it_answers_a_drag_with_the_heads(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    client.force_login(cast.rep)
    back = f"?back=board&pipeline={deal.pipeline_id}"
    answer = client.post(
        move_url(deal, back), {"stage": stages["offer"].pk, "version": 1},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    heads = answer.json()["columns"]
    assert answer.json()["version"] == 2
    assert f'data-card="{deal.pk}" data-version="2"' in answer.json()["card"]
    assert heads[str(stages["new"].pk)] == {
        "count": "0", "total": "CN¥0", "hint": "weighted CN¥0",
    }  # fmt: skip
    assert heads[str(stages["offer"].pk)] == {
        "count": "1", "total": "CN¥1K", "hint": "weighted CN¥500",
    }  # fmt: skip


def test_it_tells_a_drag_of_an_older_version(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    client.force_login(cast.rep)
    answer = client.post(
        move_url(deal), {"stage": stages["offer"].pk, "version": 7},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 409
    assert "Someone else changed this deal" in answer.json()["error"]


def test_it_asks_why_a_dragged_deal_was_lost(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    client.force_login(cast.rep)
    target = {"stage": stages["lost"].pk}
    answer = client.post(move_url(deal), target, headers={"Accept": "application/json"})
    page = client.get(answer.json()["location"])
    assert page.status_code == 200
    assert 'name="lost_reason"' in page.content.decode()
    refused = client.post(move_url(deal), {**target, "asked": 1})
    assert refused.status_code == 422
    deal.refresh_from_db()
    assert deal.closed_at is None
    client.post(move_url(deal), {**target, "asked": 1, "lost_reason": "competitor"})
    deal.refresh_from_db()
    assert (deal.stage, deal.lost_reason) == (stages["lost"], "competitor")


def test_it_leads_a_button_to_the_reason(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    client.force_login(cast.rep)
    response = client.post(move_url(deal, "?back=board"), {"stage": stages["lost"].pk}, follow=True)
    assert response.redirect_chain[0][0].startswith(move_url(deal, "?back=board&stage="))
    assert 'name="lost_reason"' in response.content.decode()


def test_it_refreshes_the_board_for_htmx(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    client.force_login(cast.rep)
    response = client.post(
        move_url(deal, "?back=board"), {"stage": stages["won"].pk}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    assert response.content.decode().lstrip().startswith('<div class="board"')


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "won"}, "keeps its kind"),
        ({"DELETE": "on"}, "cannot be deleted"),
        ({"probability": "101"}, "at most 100"),
    ],
)
def test_the_administration_keeps_stages_that_deals_went_through(
    cast: Cast, client: Client, deal: Deal, stages: Stages, change: dict[str, str], word: str
) -> None:
    client.force_login(cast.admin)
    url = reverse("admin:sales_pipeline_change", args=[deal.pipeline_id])
    posted: dict[str, object] = {"name": "P", "name_en": ""}
    posted |= {"stages-TOTAL_FORMS": len(stages), "stages-INITIAL_FORMS": len(stages)}
    for place, stage in enumerate(stages.values()):
        values = {name: getattr(stage, name) for name in ("id", "order", "name", "probability")}
        values |= {"pipeline": stage.pipeline_id, "kind": stage.kind, "name_en": "renamed"}
        values |= change if stage == deal.stage else {}
        posted |= {f"stages-{place}-{name}": value for name, value in values.items()}
    assert word in client.post(url, posted).content.decode()
    allowed = {name: value for name, value in posted.items() if not name.endswith("DELETE")}
    at = list(stages.values()).index(deal.stage)
    allowed |= {f"stages-{at}-kind": "open", f"stages-{at}-probability": 33}
    assert client.post(url, allowed).status_code == 302
    deal.stage.refresh_from_db()
    assert (deal.stage.name_en, deal.stage.kind, deal.stage.probability) == ("renamed", "open", 33)
