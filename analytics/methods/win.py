"""Will an open deal be won? A score of deals, beside what their stage alone would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.discrimination import CLIP, Z95_OF_SEVEN
from analytics.methods.errors import InsufficientData
from analytics.methods.score import LEAST, ScoreResult, score

FloatArray = NDArray[np.float64]

WON = "won"
# A stage's rate starts from the mean of all, as if it came from this many deals.
PRIOR_DEALS = 4.0
# Nobody is sure of an open deal, whatever its stage is set to.
SUREST = 0.99


@dataclass(frozen=True)
class WinResult:
    """A score of deals with its rivals.

    Attributes
    ----------
    score : ScoreResult
    stage_rate : float
        Log-loss of the share of won deals in the stage, on the judged rows.
    set_rate : float
        Log-loss of the probability that people gave the stage, on the same rows.
    gain, gain_lo, gain_hi : float
        Log-loss of the stage's rate less that of the best model, with a 95 % interval that
        takes rows of one deal together and allows for the choice among seven models.
    better : bool
        There is a signal, and the interval of the gain lies above zero.
    """

    score: ScoreResult
    stage_rate: float
    set_rate: float
    gain: float
    gain_lo: float
    gain_hi: float
    better: bool

    def rivals(self) -> dict[str, Any]:
        """The figures of the comparison, as stored."""
        return {
            "stage_rate": self.stage_rate,
            "set_rate": self.set_rate,
            "gain": self.gain,
            "gain_lo": self.gain_lo,
            "gain_hi": self.gain_hi,
        }


def win(
    frame: pd.DataFrame,
    *,
    event: str = "event",
    deal: str = "deal",
    stage: str = "stage",
    set_chance: str = "set_chance",
    time: str = "day",
    seed: int = 0,
) -> WinResult:
    """Learn from deals that were closed what told, while they were open, whether they are won.

    Parameters
    ----------
    frame : DataFrame
        One row per deal and moment at which it was open.  Every column but those named may
        predict; so may the stage.
    event : str
        "won" or another value.
    deal : str
        Column that tells which rows are of one deal.
    stage : str
        Column of the stage at that moment.
    set_chance : str
        Column of the probability that the stage is set to, 0 to 1; it does not predict.
    time : str
        When the deal was closed; later deals are judged by earlier ones.
    seed : int

    Returns
    -------
    WinResult

    Raises
    ------
    InsufficientData
        Fewer than 40 won or 40 lost deals were seen while open.
    """
    _check_deals(frame, event, deal)
    found = score(
        frame, event, positive=WON, time=time, exclude=(deal, set_chance), seed=seed
    )  # fmt: skip
    y: FloatArray = np.where(frame[event] == WON, 1.0, 0.0)
    rows = found.best.rows
    by_stage = np.concatenate(
        [_rates(frame[stage], y, learned, judged) for learned, judged in found.split.folds]
    )
    as_set = np.clip(frame[set_chance].to_numpy(dtype=float)[rows], 1 - SUREST, SUREST)
    won = y[rows]
    gained = _losses(won, by_stage) - _losses(won, found.best.probabilities)
    gain, error = float(gained.mean()), _clustered_error(gained, frame[deal].to_numpy()[rows])
    low, high = gain - Z95_OF_SEVEN * error, gain + Z95_OF_SEVEN * error
    return WinResult(
        score=found,
        stage_rate=float(_losses(won, by_stage).mean()),
        set_rate=float(_losses(won, as_set).mean()),
        gain=gain,
        gain_lo=low,
        gain_hi=high,
        better=found.signal and low > 0,
    )


def _check_deals(frame: pd.DataFrame, event: str, deal: str) -> None:
    each = frame.drop_duplicates(deal)
    won = int((each[event] == WON).sum())
    lost = len(each) - won
    if min(won, lost) < LEAST:
        raise InsufficientData("forty_deals_of_each", {"won": won, "lost": lost, "needed": LEAST})


def _rates(stages: pd.Series, y: FloatArray, learned: Any, judged: Any) -> FloatArray:
    """The share of won rows of each judged row's stage among the rows learned from."""
    mean = y[learned].mean()
    seen = pd.DataFrame({"stage": stages.to_numpy()[learned], "won": y[learned]})
    sums = seen.groupby("stage")["won"].agg(["sum", "count"])
    rates = (sums["sum"] + PRIOR_DEALS * mean) / (sums["count"] + PRIOR_DEALS)
    found = pd.Series(stages.to_numpy()[judged]).map(rates).fillna(mean)
    return np.asarray(found.to_numpy(dtype=float))


def _losses(y: FloatArray, p: FloatArray) -> FloatArray:
    """Negative log-likelihood of each row, in nats."""
    p = np.clip(p, CLIP, 1.0 - CLIP)
    return np.asarray(-(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))


def _clustered_error(values: FloatArray, groups: NDArray[Any]) -> float:
    """Standard error of a mean whose rows belong together in groups (Liang and Zeger, 1986)."""
    spread = pd.Series(values - values.mean()).groupby(groups).sum().to_numpy()
    return float(np.sqrt(np.sum(spread**2)) / len(values))
