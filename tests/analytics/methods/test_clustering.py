"""Groups that are there are found; groups that are not are not invented."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine, make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score

from analytics.methods.cluster_choice import prediction_strength
from analytics.methods.cluster_columns import looks_like_identifier
from analytics.methods.cluster_profiles import match_labels
from analytics.methods.clustering import ClusterResult, cluster
from analytics.methods.errors import DataProblem
from analytics.methods.scaling import fit_scaling


def frame_of(points: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(points, columns=[f"x{k}" for k in range(points.shape[1])])


def codes(result: ClusterResult) -> list[str]:
    return [notice.code for notice in result.notices]


@pytest.fixture(scope="module")
def blobs() -> tuple[pd.DataFrame, np.ndarray]:
    X, truth = make_blobs(400, centers=4, n_features=3, cluster_std=1.0, random_state=1)
    return frame_of(X), truth


@pytest.fixture(scope="module")
def found(blobs: tuple[pd.DataFrame, np.ndarray]) -> ClusterResult:
    return cluster(blobs[0])


def test_it_finds_three_wines() -> None:
    wine = load_wine()
    result = cluster(pd.DataFrame(wine.data, columns=wine.feature_names))
    assert result.k == 3
    assert adjusted_rand_score(wine.target, result.labels) > 0.85
    assert result.structure
    assert result.stability > 0.8


def test_it_finds_planted_groups(blobs: tuple, found: ClusterResult) -> None:
    assert found.k == 4
    assert adjusted_rand_score(blobs[1], found.labels) > 0.97
    assert "no_clear_groups" not in codes(found)


def test_it_finds_them_in_skewed_columns_too(blobs: tuple) -> None:
    result = cluster(np.exp(blobs[0] / 3) * 100)
    assert "columns_logged" in codes(result)
    assert adjusted_rand_score(blobs[1], result.labels) > 0.97


def test_it_takes_no_logarithm_across_zero() -> None:
    X, truth = make_blobs(500, centers=8, n_features=4, random_state=8)
    result = cluster(frame_of(X))
    assert "columns_logged" not in codes(result)
    assert adjusted_rand_score(truth, result.labels) == pytest.approx(1.0)


def test_it_does_not_depend_on_units(blobs: tuple, found: ClusterResult) -> None:
    other = cluster(blobs[0] * [1, 1000, 0.001])
    assert adjusted_rand_score(found.labels, other.labels) == 1.0


def test_it_gives_the_same_groups_twice(blobs: tuple, found: ClusterResult) -> None:
    assert cluster(blobs[0]).to_dict() == found.to_dict()


@pytest.mark.parametrize("kind", ["normal", "uniform", "lognormal", "correlated", "dice"])
def test_it_says_that_noise_has_no_groups(kind: str) -> None:
    rng = np.random.default_rng(3)
    X = {
        "normal": lambda: rng.normal(size=(300, 3)),
        "uniform": lambda: rng.uniform(size=(300, 3)),
        "lognormal": lambda: rng.lognormal(size=(300, 3)),
        "correlated": lambda: rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 300),
        "dice": lambda: rng.integers(0, 3, size=(300, 3)),
    }[kind]()
    result = cluster(frame_of(X))
    assert not result.structure
    assert codes(result)[0] == "no_clear_groups"


def test_it_describes_what_makes_a_group_different() -> None:
    rng = np.random.default_rng(4)
    big = np.repeat([0, 1], [150, 50])
    frame = pd.DataFrame(
        {
            "money": rng.lognormal(np.where(big, 9, 5), 0.4),
            "days": np.where(big, 5, 200) + rng.normal(0, 4, 200),
            "age": rng.normal(40, 5, 200),
        }
    )
    small = cluster(frame, k=2).profiles[1]
    assert small.size == 50
    assert small.share == 0.25
    assert {"high money", "low days"} == set(small.name.split(", "))
    assert small.medians["days"] == pytest.approx(5, abs=2)
    assert small.radar["days"] < 0.25


def test_it_finds_shapes_by_density_and_outlying_rows() -> None:
    X, truth = make_moons(400, noise=0.05, random_state=0)
    frame = frame_of(np.vstack([X, [[6.0, 6.0]]]))
    result = cluster(frame, algorithm="dbscan")
    assert result.k == 2
    assert adjusted_rand_score(truth, result.labels[:-1]) > 0.95
    assert result.labels[-1] == -1
    assert result.to_dict()["noise"] >= 1


def test_it_finds_one_dense_region_in_noise() -> None:
    X = np.random.default_rng(5).normal(size=(400, 2))
    result = cluster(frame_of(X), algorithm="dbscan")
    assert not result.structure
    assert codes(result)[0] == "dbscan_one_group"


def test_it_keeps_the_labels_of_the_last_run(blobs: tuple, found: ClusterResult) -> None:
    moved = blobs[0].iloc[::-1].reset_index(drop=True) + 0.05
    last = found.centroids[[2, 0, 3, 1]]
    again = cluster(moved, previous=last, k=4)
    for label in range(4):
        rows = again.labels == label
        centre = np.median(moved[rows].to_numpy(), axis=0)
        assert np.argmin(np.linalg.norm(last - centre, axis=1)) == label


def test_it_gives_new_groups_new_labels() -> None:
    old = np.array([[0.0, 0.0], [10.0, 10.0]])
    new = np.array([[10.1, 10.0], [50.0, 60.0], [0.1, 0.0]])
    assert match_labels(old, new) == {0: 1, 1: 2, 2: 0}


def test_it_remembers_which_label_is_vacant() -> None:
    old = np.array([[0.0, 0.0], [np.nan, np.nan], [10.0, 10.0]])
    new = np.array([[10.1, 10.0], [0.1, 0.0], [50.0, 60.0]])
    assert match_labels(old, new) == {0: 2, 1: 0, 2: 3}


def test_it_aligns_labels_with_the_rows_of_the_input(blobs: tuple) -> None:
    frame = blobs[0].copy()
    frame.loc[7, "x1"] = np.nan
    answer = cluster(frame).to_dict()
    assert len(answer["labels"]) == 400
    assert answer["labels"][7] is None
    assert (answer["rows_used"], answer["rows_dropped"]) == (399, 1)
    assert sum(answer["sizes"]) == 399
    assert 7 not in answer["scatter"]["row"]


def test_it_answers_in_json(found: ClusterResult) -> None:
    answer = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert {"k", "silhouette", "stability", "sizes", "labels", "profiles"} <= set(answer)
    assert len(answer["scatter"]["x"]) == 400


def test_it_leaves_out_identifiers_text_and_constants(blobs: tuple) -> None:
    frame = blobs[0].assign(customer_id=np.arange(400) * 3, name="x", flat=1)
    result = cluster(frame, k=4)
    assert result.columns == ("x0", "x1", "x2")
    expected = {"id_columns_left_out", "text_columns_left_out", "constant_columns_dropped"}
    assert expected <= set(codes(result))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", True), ("CustomerID", True), ("客户编号", True), ("paid", False), ("Valid", False),
        ("Mitgliedsnr.", True), ("Kundennummer", True), ("会员号", True), ("手机号码", True),
        ("home_phone", False), ("到店次数", False),
    ],
)  # fmt: skip
def test_it_knows_an_identifier(name: str, expected: bool) -> None:
    numbers = pd.Series(np.random.default_rng(6).permutation(50))
    assert looks_like_identifier(name, numbers) is expected


def test_it_tells_a_telephone_number_from_whether_there_is_one() -> None:
    numbers = pd.Series(np.random.default_rng(6).permutation(50))
    assert looks_like_identifier("手机", numbers + 13_800_000_000)
    assert not looks_like_identifier("手机", numbers % 2)


@pytest.mark.parametrize(
    ("frame", "options", "sentence"),
    [
        ({"a": []}, {}, "no rows"),
        ({"a": list("xyz") * 10}, {}, "no numeric column"),
        ({"a": list("xyz") * 10}, {"columns": ["a"]}, "not numeric"),
        ({"a": range(30)}, {"columns": ["b"]}, "no column “b”"),
        ({"a": [1.0] * 30}, {}, "constant"),
        ({"a": [1.0, 2.0] * 15}, {}, "only 2 different rows"),
        ({"a": [1.5, 2.5, 3.5]}, {}, "at least 20 usable rows; found: 3"),
        ({"a": [np.nan] * 30}, {"columns": ["a"]}, "No row is left"),
        ({"a": [0.1, 0.2, 0.5] * 10}, {"k": 1}, "k must be between 2 and 50"),
        ({"a": [1e300] * 30}, {"columns": ["a"]}, "too large"),
    ],
)
def test_it_refuses_with_a_sentence(frame: dict, options: dict, sentence: str) -> None:
    with pytest.raises(DataProblem, match=sentence):
        cluster(pd.DataFrame(frame), **options)


def test_it_leaves_out_a_column_that_is_mostly_empty() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=60), "b": [1.0] + [np.nan] * 59})
    found = cluster(frame, algorithm="dbscan", k=3)
    assert found.columns == ("a",)
    assert {"empty_columns_left_out", "dbscan_finds_k"} <= {n.code for n in found.notices}


def test_it_finds_small_groups_beside_large_ones() -> None:
    """Silhouette alone joins the nearer two of three groups that come again in every sample."""
    rng = np.random.default_rng(3)
    sizes, means = (300, 200, 100), ([1, 2, 3], [4, 2, 1], [4, 5, 4])
    spends = [np.exp(rng.normal(m, 0.4, (n, 3))) for n, m in zip(sizes, means, strict=True)]
    frame = pd.DataFrame(np.vstack(spends), columns=["visits", "spend", "calls"])
    found = cluster(frame)
    assert found.candidates[2] > found.candidates[3]
    assert (found.k, found.structure) == (3, True)
    assert adjusted_rand_score(np.repeat([0, 1, 2], sizes), found.labels) > 0.98
    assert prediction_strength(rng.normal(size=(400, 3)), 4, 0) < 0.6


def test_it_groups_by_yes_and_no_where_there_are_no_numbers() -> None:
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 2, 300)[:, None]
    says = rng.random((300, 4)) < np.where(kind == 0, [0.95, 0.9, 0.1, 0.05], [0.1, 0.1, 0.9, 0.9])
    frame = pd.DataFrame(np.where(says, "是", "否"), columns=list("abcd"))
    one = cluster(frame.assign(city="上海"), k=2)
    assert one.columns == ("a", "b", "c", "d")
    assert (one.labels == cluster(frame, columns=list("abcd"), k=2).labels).all()


def test_it_takes_no_logarithm_of_yes_or_no() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([(rng.random(600) < share) * 1.0 for share in (0.28, 0.2, 0.1, 0.03)])
    assert not fit_scaling(X).logged.any()
