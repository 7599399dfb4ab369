"""The bar of filters of deals offers what there is, in the reader's language."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from sales.models import Stage
from tests.factories.cast import Cast
from tests.factories.sales import PipelineFactory, StageFactory


def offered(client: Client, name: str) -> list[str]:
    page = client.get(reverse("sales:deal_list")).content.decode()
    select = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    assert select
    return re.findall(r"<option[^>]*>\s*(.*?)\s*</option>", select[0])


def test_it_offers_the_stages_of_now_in_the_readers_language(cast: Cast, client: Client) -> None:
    first, second = PipelineFactory(name="一", name_en="One"), PipelineFactory(name="二")
    later = StageFactory(pipeline=second, name="新", name_en="New", order=1)
    StageFactory(pipeline=first, name="谈", name_en="Talk", order=2)
    StageFactory(pipeline=first, name="约", name_en="Meet", order=1)
    for user, language, stages in (
        ("manager", "en", ["Meet", "Talk", "New"]), ("rep", "zh-hans", ["约", "谈", "新"]),
    ):  # fmt: skip
        reader = getattr(cast, user)
        reader.language = language
        reader.save()
        client.force_login(reader)
        assert offered(client, "stage")[1:] == stages
    Stage.objects.filter(pk=later.pk).update(name="另")
    assert any("另" in text for text in offered(client, "stage"))
    assert len(offered(client, "pipeline")) == 3
