"""Classes of texts."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "too_few_texts": _(
        "Sorting texts needs at least %(needed)d texts and two classes of %(each)d texts or "
        "more; found: %(rows)d texts in %(classes)d such classes."
    ),
    "rare_classes_left_out": _(
        "Classes with fewer than %(each)d texts were left out: %(classes)d (rows: %(rows)d)."
    ),
    "judged_on_part": _("%(rows)d texts were not learned from and served to judge."),
    "judged_in_folds": _(
        "Every text was judged by a model that had not learned from it (%(folds)d parts)."
    ),
    "judged_on_later": _("The latest %(rows)d texts were not learned from and served to judge."),
    "texts_repeated": _(
        "Texts that are copies of others: %(rows)d. None was judged by a model that had learned "
        "from a copy of it."
    ),
    "texts_drawn": _(
        "Of %(total)d texts with a label %(rows)d were drawn by chance to learn from and to judge."
    ),
    "unknown_classes": _("Judged rows whose class was never learned: %(rows)d."),
    "texts_no_better": _(
        "Of the unseen texts %(right).0f%% were sorted rightly: no better than always answering "
        "the most frequent class (%(base).0f%%)."
    ),
    "texts_all_unsure": _(
        "No answer is sure enough, that is right in 95%% of cases, so all texts are left to people "
        "(%(right).0f%% would be sorted rightly). Clearer labels help, or a lower threshold."
    ),
    "texts_without_words": _("The texts hold no words to learn from."),
}
