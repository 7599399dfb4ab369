"""Series and forecasts."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "two_seasons_needed": _(
        "A forecast with season %(season)d needs two full seasons, %(needed)d periods; "
        "found: %(rows)d, missing: %(missing)d."
    ),
    "which_series": _(
        "Columns “%(first)s” to “%(last)s” are periods, so that each row is a series of its own: "
        "choose the column that names the rows as “For each”."
    ),
    "periods_turned": _(
        "The columns “%(first)s” to “%(last)s” were read as %(periods)d periods of one series each "
        "row."
    ),
    "groups_all_failed": _("No group could be forecast. First reason: %(reason)s"),
    "duplicate_dates_summed": _(
        "Rows of one date were summed; rows that shared a date with another: %(rows)d."
    ),
    "gaps_zero_filled": _("Missing periods filled with 0: %(periods)d."),
    "gaps_interpolated": _("Missing periods filled by linear interpolation: %(periods)d."),
    "too_many_gaps": _(
        "The dates of column “%(column)s” leave too many gaps: %(periods)d %(frequency)s periods "
        "for %(rows)d dates."
    ),
    "times_to_days": _("Times of day were dropped and rows summed by day."),
    "irregular_dates": _(
        "The dates keep no regular distance; they were summed by %(frequency)s periods."
    ),
    "incomplete_periods_dropped": _(
        "The first or last %(frequency)s was not covered to its end and was left out (rows: "
        "%(rows)d)."
    ),
    "festival_seen": _(
        "The Spring Festival moves this series, each year on other days: the forecast allows for "
        "it."
    ),
    "week_seen": _("The hours follow the days of the week, too: the forecast allows for it."),
    "year_seen": _("The days also follow the year: the forecast allows for it."),
    "cycle_seen": _(
        "The series goes up and down about every %(periods).1f periods: the forecast allows for it."
    ),
    "leading_zeros_dropped": _(
        "The first %(periods)d periods are 0, as before a launch: the forecast follows what came "
        "after them."
    ),
    "groups_leading_zeros_dropped": _(
        "Groups that begin with zeros, as before a launch, are forecast from what came after them "
        "(%(count)d): %(groups)s."
    ),
    "groups_leading_zeros_kept": _(
        "Groups that begin with zeros, as before a launch, after which too little came to forecast "
        "without them, so that their forecasts may be far too low (%(count)d): %(groups)s."
    ),
    "leading_zeros_kept": _(
        "The first %(periods)d periods are 0, as before a launch, and too few follow to forecast "
        "without them: the forecast may be far too low."
    ),
    "nothing_since": _(
        "Since %(period)s all is 0 (%(periods)d periods), longer than ever before. The forecast "
        "goes on from that and from what was before: if it has stopped for good, expect 0, if it "
        "only pauses, what was usual."
    ),
    "ends_with_zeros": _(
        "The last %(periods)d periods are 0, longer than ever before. The forecast goes on from "
        "that and from what was before: if it has stopped for good, expect 0, if it only pauses, "
        "what was usual."
    ),
    "groups_stopped": _(
        "Groups of which nothing came lately, longer than ever before, so that they may have "
        "stopped (%(count)d): %(groups)s."
    ),
    "ends_early": _(
        "The last row is of %(period)s, while other groups go on to %(last)s: the forecast begins "
        "after that row. If no rows mean that nothing came, fill missing periods with 0."
    ),
    "groups_zero_filled": _(
        "Some groups have no rows in periods in which others have some: these were taken as 0. If "
        "they were not measured then, choose values between their neighbours instead."
    ),
    "groups_end_early": _(
        "Groups whose rows end before those of others, so that their forecasts begin earlier and "
        "may miss in the total (%(count)d): %(groups)s. If no rows mean that nothing came, fill "
        "missing periods with 0."
    ),
    "trend_or_drift": _(
        "The values differ between the beginning and the end, but neighbouring periods are so "
        "alike that mere drifting would do this too: whether there is a trend cannot be told."
    ),
    "season_by_frequency": _(
        "A season of %(season)d periods was taken from the dates (one per %(frequency)s)."
    ),
    "season_unknown": _("No dates and no season were given: the series is taken as non-seasonal."),
    "short_weekly_no_season": _(
        "Fewer than 104 weeks: a yearly season cannot be measured, so none is modelled."
    ),
    "series_shortened": _("Only the last %(rows)d of %(total)d periods were used."),
    "constant_series": _("The series never changes; the forecast repeats its value."),
    "short_backtest": _(
        "The history is short: the backtest judged %(steps)d steps ahead instead of %(horizon)d."
    ),
    "few_origins": _(
        "The forecast could be tried on few past dates only (%(origins)d); the figures of "
        "the backtest are rough."
    ),
    "no_better_than_naive": _(
        "No model was better than the seasonal naive forecast (last season repeated) on data it "
        "had not seen, so the seasonal naive forecast is shown."
    ),
    # Runs stored by earlier versions hold this and "no_better_on_average".
    "about_as_good_as_naive": _(
        "On data it had not seen, the forecast was no better than the seasonal naive one (last "
        "season repeated): MASE %(mase).2f against %(naive).2f."
    ),
    "mostly_nothing": _(
        "Most periods are 0 (%(percent).0f%%): what is forecast is the average of a period; in "
        "which of them something comes cannot be told."
    ),
    "no_better_on_average": _(
        "On data it had not seen, the forecast was no better than repeating the last season."
    ),
    "mostly_interpolated": _(
        "Of %(periods)d periods %(filled)d were not measured, but drawn between their neighbours: "
        "the forecast looks surer than it is. If no rows mean that nothing came, fill missing "
        "periods with 0."
    ),
    "intervals_widened": _(
        "The intervals were widened by the factor %(factor).2f, because in the backtest they held "
        "too few values."
    ),
    "one_period_decides": _(
        "One period (%(period)s: %(value)s) is further from its neighbours than all others "
        "together: forecast, intervals and their figures follow it. If it is a mistake, correct "
        "it first."
    ),
    "model_failed": _("%(model)s could not be fitted and was left out."),
    "residuals_correlated": _(
        "The residuals of %(model)s are still correlated (Ljung–Box p = %(p).3f): it has not "
        "caught all the pattern."
    ),
    "group_failed": _("Group “%(group)s” was not forecast: %(reason)s"),
}
