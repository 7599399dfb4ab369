"""Candidates for the question “will it happen?”: each gives log-odds for encoded rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from analytics.methods.discrimination import expit, fit_line, logit
from analytics.methods.sampling import held_back, sampled
from analytics.methods.trees import MANY_ROWS, Boosting, Forest, Tree

FloatArray = NDArray[np.float64]

# Rows beyond which a fit gains little and costs much; a larger table is sampled.
LOGISTIC_ROWS = 150_000
SVM_ROWS = 10_000
LANDMARKS = 200


class Fitted(Protocol):
    """A fitted classifier."""

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""


class Classifier(Protocol):
    """Stores parameters; ``fit`` learns."""

    @property
    def name(self) -> str:
        """Short, for programs."""

    @property
    def label(self) -> str:
        """For people, in English."""

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Fitted:
        """Learn from rows X (n, d) and events y (n,)."""


@dataclass(frozen=True)
class Linear:
    """Log-odds that are a weighted sum: intercept + X weights."""

    intercept: float
    weights: FloatArray

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""
        return np.asarray(X @ self.weights + self.intercept)


class Logistic:
    """Logistic regression with a ridge penalty (C = 1 on scaled columns)."""

    name: ClassVar[str] = "logistic"
    label: ClassVar[str] = "Logistic regression"

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Linear:
        """Learn from rows X (n, d) and events y (n,)."""
        from sklearn.linear_model import LogisticRegression

        X, y = sampled(X, y, LOGISTIC_ROWS, seed)
        solver = "newton-cholesky" if X.shape[1] < 400 else "lbfgs"
        model = LogisticRegression(C=1.0, solver=solver, max_iter=200).fit(X, y)
        return Linear(float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=float))


@dataclass(frozen=True)
class _Margin:
    """A support vector machine's distance turned into log-odds (J. Platt 1999)."""

    machine: Any
    line: FloatArray

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""
        distance = np.asarray(self.machine.decision_function(X), dtype=float)
        return np.asarray(self.line[0] + self.line[1] * distance)


class LinearSvm:
    """Linear support vector machine; its distance is turned into log-odds on rows held back."""

    name: ClassVar[str] = "svm_linear"
    label: ClassVar[str] = "Support vector machine (linear)"

    def machine(self, X: FloatArray, seed: int) -> Any:
        """The machine, unfitted."""
        from sklearn.svm import LinearSVC

        return LinearSVC(C=0.1, dual=False, max_iter=2000, tol=1e-3)

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Fitted:
        """Learn from rows X (n, d) and events y (n,)."""
        X, y = sampled(X, y, SVM_ROWS, seed)
        held = held_back(y, seed)
        machine = self.machine(X, seed).fit(X[~held], y[~held])
        distance = np.asarray(machine.decision_function(X[held]), dtype=float)
        return _Margin(machine, fit_line(distance, y[held], ridge=0.1))


class RbfSvm(LinearSvm):
    """Support vector machine with a Gaussian kernel, by Nyström's approximation.

    C. K. I. Williams and M. Seeger (2001), NIPS 13: kernel values to 200 landmark rows become
    columns of a linear machine, which keeps time linear in the rows.
    """

    name: ClassVar[str] = "svm_rbf"
    label: ClassVar[str] = "Support vector machine (RBF)"

    def machine(self, X: FloatArray, seed: int) -> Any:
        """The machine, unfitted."""
        from sklearn.kernel_approximation import Nystroem
        from sklearn.pipeline import make_pipeline

        variance = float(X.var(axis=0).sum())
        kernel = Nystroem(
            gamma=1.0 / max(variance, 1e-9),
            n_components=min(LANDMARKS, len(X) // 2),
            random_state=seed,
        )
        return make_pipeline(kernel, super().machine(X, seed))


CLASSIFIERS: tuple[Classifier, ...] = (Logistic(), LinearSvm(), RbfSvm(), Tree(), Boosting())
# One of each kind: what bends little, what bends everywhere, few steps that add up, many that do
# not.  In large tables those that bend a little add hardly anything and take minutes to explain.
MIXED = ("logistic", "svm_rbf", "boosting", "forest")
MIXED_OF_MANY = ("logistic", "boosting")


def candidates(rows: int) -> tuple[Classifier, ...]:
    """The models that compete for a table of so many rows."""
    return CLASSIFIERS if rows > MANY_ROWS else (*CLASSIFIERS, Forest())


def mixable(rows: int) -> tuple[str, ...]:
    """The names of those that may be parts of a mean."""
    return MIXED_OF_MANY if rows > MANY_ROWS else MIXED


@dataclass(frozen=True)
class Mean:
    """The mean of the members' probabilities."""

    members: tuple[Fitted, ...]

    def log_odds(self, X: FloatArray) -> FloatArray:
        """Log-odds of the event, shape (n,)."""
        return mixed([member.log_odds(X) for member in self.members])


@dataclass(frozen=True)
class Blend:
    """The mean of several models' probabilities: each is wrong in another way.

    L. Breiman (1996), Stacked regressions, Machine Learning 24; equal weights, which few rows
    cannot spoil.
    """

    members: tuple[Classifier, ...]
    name: ClassVar[str] = "blend"

    @property
    def label(self) -> str:
        """The members' labels."""
        return "Mean of: " + ", ".join(member.label for member in self.members)

    def fit(self, X: FloatArray, y: FloatArray, seed: int) -> Fitted:
        """Learn from rows X (n, d) and events y (n,)."""
        return Mean(tuple(member.fit(X, y, seed) for member in self.members))


def mixed(log_odds: Sequence[FloatArray]) -> FloatArray:
    """The log-odds of the mean of probabilities, each given as log-odds of shape (n,)."""
    return logit(np.mean([expit(part) for part in log_odds], axis=0))


# Turning probabilities into better ones --------------------------------------------------------


@dataclass(frozen=True)
class Platt:
    """A logistic line on the log-odds (J. Platt 1999, Advances in Large Margin Classifiers)."""

    line: FloatArray

    def apply(self, log_odds: FloatArray) -> FloatArray:
        """Calibrated probabilities, shape (n,)."""
        return expit(self.line[0] + self.line[1] * log_odds)


@dataclass(frozen=True)
class Isotonic:
    """A rising step function (B. Zadrozny and C. Elkan 2002, KDD)."""

    model: Any

    def apply(self, log_odds: FloatArray) -> FloatArray:
        """Calibrated probabilities, shape (n,)."""
        return np.clip(np.asarray(self.model.predict(log_odds), dtype=float), 1e-3, 1.0 - 1e-3)


Calibrator = Platt | Isotonic
IDENTITY = Platt(np.array([0.0, 1.0]))


def fit_calibrator(kind: str, log_odds: FloatArray, y: FloatArray) -> Calibrator:
    """Fit ``kind`` ("none", "platt" or "isotonic") on log-odds of rows not learned from."""
    if kind == "platt" and float(np.ptp(log_odds)) > 1e-9:
        # Platt's targets draw both ends inwards, so that no probability becomes 0 or 1.
        events = float(y.sum())
        target = np.where(y == 1, (events + 1) / (events + 2), 1 / (len(y) - events + 2))
        line = fit_line(log_odds, target, ridge=1e-3)
        return Platt(line) if line[1] > 0 else Platt(np.array([float(logit(target.mean())), 0.0]))
    if kind == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        return Isotonic(IsotonicRegression(out_of_bounds="clip").fit(log_odds, y))
    return IDENTITY
