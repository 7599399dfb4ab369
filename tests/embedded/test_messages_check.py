"""The gate that finds untranslated strings."""

from pathlib import Path

import pytest

from crm.embedded import messages_check

CATALOG = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Customer"
msgstr "客户"

msgid "%(count)s deal"
msgid_plural "%(count)s deals"
msgstr[0] "%(count)s 个商机"

msgctxt "verb"
msgid "Call"
msgstr "打电话"

#, fuzzy
msgid "Order"
msgstr "次序"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages_check, "ROOT", tmp_path)
    (tmp_path / "templates").mkdir()
    folder = tmp_path / "locale" / "shell" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOG, encoding="utf-8")
    return tmp_path


def test_it_accepts_what_is_translated(project: Path) -> None:
    (project / "models.py").write_text('name = _("Customer")\ncall = pgettext("verb", "Call")\n')
    (project / "templates" / "page.html").write_text(
        "<div>\n    {% translate 'Customer' %} it's\n  {% blocktranslate count count=n trimmed %}\n"
        "    {{ count }} deal\n  {% plural %}\n    {{ count }} deals\n{% endblocktranslate %}</div>"
    )
    assert messages_check.problems() == []


@pytest.mark.parametrize(
    "source", ['_("Nobody")', '_("Order")', 'pgettext("noun", "Call")', '_("Call")']
)
def test_it_names_what_is_missing_fuzzy_or_of_another_context(project: Path, source: str) -> None:
    (project / "models.py").write_text(f"\nname = {source}\n")
    (problem,) = messages_check.problems()
    assert problem.startswith("models.py:2: not translated: ")


def test_it_reads_templates(project: Path) -> None:
    (project / "templates" / "page.html").write_text('<p>\n{% translate "Nobody" %}</p>')
    assert messages_check.problems() == ["templates/page.html:2: not translated: 'Nobody'"]
