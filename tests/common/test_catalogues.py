"""The translation gate sees what templates and Python say."""

from pathlib import Path
from typing import Any

import pytest

from crm.common import catalogues

TEMPLATE = """<div>
  {% translate "Save" %} {% translate "Primary" context "contact" %}
  {% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
</div>"""


@pytest.fixture
def checkout(tmp_path: Path, settings: Any) -> Path:
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates" / "sales").mkdir(parents=True)
    (tmp_path / "sales").mkdir()
    (tmp_path / "templates" / "sales" / "page.html").write_text(TEMPLATE)
    (tmp_path / "sales" / "forms.py").write_text('label = _("Deal’s name")\n')
    return tmp_path


def test_it_finds_messages_with_their_context(checkout: Path) -> None:
    found = {(m.part, m.context, m.text, m.plural) for m in catalogues.messages()}
    assert found == {
        ("sales", None, "Save", None),
        ("sales", "contact", "Primary", None),
        ("sales", None, "%(n)s row", "%(n)s rows"),
        ("sales", None, "Deal’s name", None),
    }


def test_it_names_what_is_missing_until_it_is_translated(checkout: Path) -> None:
    assert catalogues.update() == 4
    assert len(catalogues.untranslated()) == 4
    path = catalogues.catalogue_path("sales")
    path.write_text(path.read_text().replace('msgstr ""', 'msgstr "译文"', 2))
    assert len(catalogues.untranslated()) < 4
