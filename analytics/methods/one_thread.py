"""Thousands of tiny matrix products: on a busy machine a second thread only waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Run the block with one thread for NumPy's and for SciPy's linear algebra."""
    import scipy.linalg  # noqa: F401 - its library can be limited only once it is loaded
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
