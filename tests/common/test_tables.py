"""Rows of a chart's data table, joined without a template."""

from django.template import Context, Template
from django.utils.html import format_html


def test_it_escapes_texts_and_leaves_nothing_empty() -> None:
    rows = [["<b>", None, 0], [format_html("<i>{}</i>", "&"), "1", ""]]
    shown = Template("{{ rows|table_rows }}").render(Context({"rows": rows}))
    assert shown == (
        '<tr><th scope="row">&lt;b&gt;</th><td></td><td>0</td></tr>'
        '<tr><th scope="row"><i>&amp;</i></th><td>1</td><td></td></tr>'
    )
