from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from crm.mail.models import Mail
from crm.mail.services import Attachment, Letter, mail_queue
from tests.factories.cast import Cast


def write(cast: Cast, **changes: object) -> Mail:
    letter = Letter("Quarter <b>one</b>", "Total 12 <script>", "<p>Total</p>")
    file = Attachment("report.pdf", "application/pdf", b"%PDF")
    return mail_queue(kind="test", letter=letter, user=cast.rep, files=[file], **changes)  # type: ignore[arg-type]  # a test's shorthand


def test_it_shows_what_was_written_to_oneself(client: Client, cast: Cast) -> None:
    mail = write(cast)
    client.force_login(cast.rep)
    listing = client.get(reverse("mail:outbox")).content.decode()
    assert "Quarter &lt;b&gt;one&lt;/b&gt;" in listing
    page = client.get(mail.get_absolute_url()).content.decode()
    assert "Total 12 &lt;script&gt;" in page
    file = client.get(reverse("mail:file", args=[mail.pk, mail.files.get().pk]))
    assert b"".join(file) == b"%PDF"  # type: ignore[arg-type]  # a streaming answer
    assert file["Content-Disposition"].startswith("attachment")


def test_it_hides_the_mail_of_others(client: Client, cast: Cast) -> None:
    mail = write(cast)
    client.force_login(cast.colleague)
    assert "Quarter" not in client.get(reverse("mail:outbox")).content.decode()
    for name, args in (("detail", []), ("file", [mail.files.get().pk])):
        assert client.get(reverse(f"mail:{name}", args=[mail.pk, *args])).status_code == 404


def test_it_says_that_nothing_leaves_without_a_server(
    client: Client, cast: Cast, settings: LazySettings
) -> None:
    client.force_login(cast.rep)
    assert "No mail server is set up" not in client.get(reverse("mail:outbox")).content.decode()
    settings.MAIL_IS_SENT = False
    assert "No mail server is set up" in client.get(reverse("mail:outbox")).content.decode()


def test_it_sends_again_only_what_did_not_go(client: Client, cast: Cast) -> None:
    mail = write(cast)
    client.force_login(cast.rep)
    url = reverse("mail:again", args=[mail.pk])
    assert client.post(url).status_code == 400
    Mail.objects.filter(pk=mail.pk).update(state="failed")
    assert client.post(url).status_code == 302
    assert Mail.objects.count() == 2


def test_it_filters_and_pages(client: Client, cast: Cast) -> None:
    for _n in range(51):
        write(cast)
    client.force_login(cast.rep)
    first = client.get(reverse("mail:outbox"), {"state": "waiting"})
    assert len(first.context["rows"]) == 50
    more = client.get(
        reverse("mail:outbox"), {"state": "waiting", "before": first.context["more"].pk}
    )
    assert len(more.context["rows"]) == 1
    assert client.get(reverse("mail:outbox"), {"state": "sent"}).context["rows"] == []
    assert client.get(reverse("mail:outbox"), {"before": "x' OR 1"}).status_code == 200
