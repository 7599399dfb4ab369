"""Why a job's handler stops."""

from __future__ import annotations

from crm.common.errors import RefusedError


class JobProblemError(RefusedError):
    """A handler cannot do its work; the message is shown to the person as it is.

    ``permanent`` problems (a bad file, a missing right) are not tried again.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class JobCancelledError(Exception):
    """Somebody asked for the job to stop."""


class LeaseLostError(Exception):
    """Another worker has taken the job over; nothing more may be written."""


class JobSplitError(Exception):
    """The work goes on in parts; the handler is called again when they are over."""
