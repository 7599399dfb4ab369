"""Forecasts on a Dask cluster: Fugue hands each group to a worker, which runs statsforecast there.

The workers need the same packages and this project's code (the same image, or the same checkout).
"""

from __future__ import annotations

import json
import pickle
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd  # Fugue reads the annotations of what it calls
from django.conf import settings
from django.utils.translation import gettext as _

from crm.jobs.errors import JobProblemError

if TYPE_CHECKING:
    from distributed import Client

    from analytics.methods.timeseries import RegularSeries

CONNECT_SECONDS = 5
LOOK_SECONDS = 1.0


def pieces(
    series: Mapping[str, RegularSeries], horizon: int, work: Any = None
) -> list[dict[str, Any]]:
    """Each group's part of the answer, in the order of ``series``.

    Raises
    ------
    JobProblemError
        The scheduler does not answer, or its workers cannot do the work.
    """
    import fugue.api as fa

    with _client() as client:
        asked = pd.DataFrame(
            {
                "place": range(len(series)),
                "name": list(series),
                "series": [b64encode(pickle.dumps(one)).decode() for one in series.values()],
            }
        )
        lazy = fa.transform(  # type: ignore[attr-defined]  # exported without saying so
            asked, _forecast_rows, schema="place:int,piece:str", params={"horizon": horizon},
            partition={"by": ["place"], "num": len(series)}, engine=client, as_fugue=False,
        )  # fmt: skip
        answered = _wait(client, lazy, work)
    return [json.loads(text) for text in answered.sort_values("place")["piece"]]


def _forecast_rows(rows: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """One group, on a worker of the cluster."""
    from analytics.methods.forecast_groups import piece

    made = []
    for name, packed in zip(rows["name"].tolist(), rows["series"].tolist(), strict=True):
        series = pickle.loads(b64decode(packed))  # noqa: S301  # our own, from the frame above
        made.append(json.dumps(piece(name, series, horizon)))
    return rows[["place"]].assign(piece=made)


@contextmanager
def _client() -> Iterator[Client]:
    address = settings.DASK_SCHEDULER
    if not address:
        raise JobProblemError(
            _("FORECAST_ENGINE is dask, but DASK_SCHEDULER names no scheduler."), permanent=True
        )
    try:
        from distributed import Client
    except ImportError as error:
        raise JobProblemError(
            _("The packages for Dask are not installed: pip install .[dask]"), permanent=True
        ) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]  # it has no types
    except (OSError, ValueError, TypeError) as error:
        raise JobProblemError(
            _("The Dask scheduler at %(address)s does not answer.") % {"address": address}
        ) from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise JobProblemError(
                _("The Dask scheduler at %(address)s has no workers.") % {"address": address}
            )
        yield client


def _wait(client: Client, lazy: Any, work: Any) -> pd.DataFrame:
    """The computed frame; looks every second whether the job is still wanted."""
    from distributed import TimeoutError as NotYetError

    future: Any = client.compute(lazy)  # type: ignore[no-untyped-call]  # it has no types
    try:
        while True:
            try:
                return future.result(timeout=LOOK_SECONDS)
            except NotYetError:
                if work is not None:
                    work.progress(0, 0)
    except (ImportError, AttributeError, OSError) as error:
        raise JobProblemError(
            _("The Dask workers lack what the forecast needs: %(reason)s")
            % {"reason": f"{type(error).__name__}: {error}"}
        ) from error
    finally:
        future.cancel()
