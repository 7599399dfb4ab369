"""Events of many records by time, asked as of other moments: how many before, which was last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

_ROOM = 32  # bits of a second since 1970, until 2106


def seconds(moments: Any) -> IntArray:
    """Moments (datetimes with a zone) as whole seconds since 1970, shape (n,)."""
    import pandas as pd

    at: Any = pd.to_datetime(pd.Series(moments), utc=True)
    made: IntArray = at.dt.as_unit("s").astype("int64").clip(lower=0).to_numpy()
    return made


def _packed(keys: Any, at: Any) -> IntArray:
    import numpy as np

    made: IntArray = (np.asarray(keys, dtype=np.int64) << _ROOM) + np.asarray(at, dtype=np.int64)
    return made


class Moments:
    """Events, each of a record and at a second; asked for arrays of records and seconds."""

    def __init__(self, frame: pd.DataFrame, key: str, at: str) -> None:
        """``frame`` has one row per event: ``key`` (id of the record), ``at`` (a datetime)."""
        import numpy as np

        packed = _packed(frame[key].to_numpy(), seconds(frame[at]) if len(frame) else [])
        order = np.argsort(packed, kind="stable")
        self._packed = packed[order]
        self.frame = frame.iloc[order].reset_index(drop=True)
        self._keys = self.frame[key].to_numpy(dtype=np.int64)

    def count(self, keys: Any, until: Any, since: Any = 0) -> IntArray:
        """How many events each record has in [since, until)."""
        import numpy as np

        ends = np.searchsorted(self._packed, _packed(keys, until))
        made: IntArray = ends - np.searchsorted(self._packed, _packed(keys, since))
        return made

    def last(self, keys: Any, at: Any, column: str) -> pd.Series:
        """The value of ``column`` of each record's last event at or before a second, else NaN."""
        import numpy as np

        return self._of(np.searchsorted(self._packed, _packed(keys, at), "right") - 1, keys, column)

    def next(self, keys: Any, at: Any, column: str) -> pd.Series:
        """The value of ``column`` of each record's first event after a second, else NaN."""
        import numpy as np

        return self._of(np.searchsorted(self._packed, _packed(keys, at), "right"), keys, column)

    def _of(self, places: IntArray, keys: Any, column: str) -> pd.Series:
        import numpy as np
        import pandas as pd

        wanted = np.asarray(keys, dtype=np.int64)
        held = (places >= 0) & (places < len(self._keys))
        same = np.zeros(len(wanted), dtype=bool)
        same[held] = self._keys[places[held]] == wanted[held]
        values = self.frame[column].reindex(np.where(same, places, -1))
        return pd.Series(values.to_numpy())
