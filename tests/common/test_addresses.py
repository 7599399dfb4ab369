from django.urls import reverse

from crm.common.addresses import record_url


def test_it_gives_what_reverse_gives() -> None:
    for name in ("customers:detail", "customers:contact_detail", "service:request_detail"):
        assert record_url(name, 4711) == reverse(name, args=[4711])
    assert record_url("sales:deal_edit", 7) == reverse("sales:deal_edit", args=[7])
    for status in ("closed", "waiting"):
        url = reverse("service:request_status", args=[7, status])
        assert record_url("service:request_status", 7, status) == url
