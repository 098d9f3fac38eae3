"""Helpers of the claims `detection_law` and `certificate`: against brute force, and that their verdicts can fail."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from simulations.claims import _detection_figures as figures
from simulations.claims import certificate, detection_law
from simulations.claims._detection_law import THRESHOLDS
from simulations.grid import Seeds


def table(claim, **changed):
    grid = claim.GRID["smoke"]
    parts = []
    for cell in grid.cells:
        columns = claim.one_cell(cell, range(cell.get("replicates", 2)), Seeds.of(0, claim.NAME, cell, grid.paired))
        size = len(columns["status"])
        parts.append({axis: np.full(size, value) for axis, value in cell.items()} | columns)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.fixture(scope="module")
def detected():
    return table(detection_law)


@pytest.fixture(scope="module")
def certified():
    return table(certificate)


@pytest.mark.parametrize("digits", [0, 3])
def test_area_is_the_mean_over_pairs_of_different_draws(digits):
    rng = np.random.default_rng(digits)
    easy, overlap = (rng.normal(size=40).round(digits) for _ in range(2))
    wins = (overlap[:, None] > easy) + (overlap[:, None] == easy) / 2
    area, error = detection_law.area_under_roc(easy, overlap)
    assert area == pytest.approx(wins[~np.eye(40, dtype=bool)].mean())
    assert 0 < error < 0.1


def test_standard_error_of_the_area_is_right_for_dependent_draws():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        shared = rng.normal(size=60)
        found.append(detection_law.area_under_roc(shared + rng.normal(size=60), shared + rng.normal(size=60) + 1))
    areas, errors = np.array(found).T
    assert errors.mean() == pytest.approx(areas.std(), rel=0.15)  # 4 standard errors of a spread from 400 values


def verdicts(claim, columns):
    return {verdict.statement: verdict.passed for verdict in claim.check(columns)}


@pytest.mark.parametrize(
    ("column", "part", "statement"),
    [
        ("law_overlap", "law", "scores and confidences follow"),
        ("law_precision", "detector", "precision and recall of both steps"),
        ("law_recall", "surface", "so they do over both thresholds"),
        ("auc", "law", "areas under the ROC"),
        ("miss_bound", "bound", "no rate of false alarms or misses"),
    ],
)
def test_a_wrong_law_fails_its_verdict(detected, column, part, statement):
    wrong = dict(detected)
    wrong[column] = np.where(detected["part"] == part, detected[column] * 0.2, detected[column])
    failed = [name for name, passed in verdicts(detection_law, wrong).items() if not passed]
    assert any(name.startswith(statement) for name in failed)


def test_certificates_are_sums_of_their_terms(certified):
    total = sum(certified[term] for term in certificate.TERMS)
    np.testing.assert_allclose(certified["bound"], total, atol=1e-12)
    assert np.all(certified["kappa"] >= 0.5)


def test_a_certificate_of_coincident_points_is_exact():
    points = np.eye(4)
    y = np.array([1, -1, 1, -1])
    wrong = np.array([1, 1, 1, -1])
    labels = {"student_hard": wrong, "student_overlap": wrong, "teacher": wrong, "true_hard": y, "true_overlap": y}
    found = certificate.certify(points, points, labels, k=1, share=0.0, copying=0.0)
    assert found["bound"] == found["error"] == found["teaching"] == 0.25
    assert found["kappa"] == 1
    halved = certificate.certify(points, points, labels, k=1, share=0.5, copying=0.0)
    assert halved["uncoupled"] == 0.5
    assert halved["bound"] >= halved["error"]


def test_a_certificate_below_its_error_fails(certified):
    wrong = certified | {"bound": certified["bound"] * 0}
    assert not next(iter(verdicts(certificate, wrong).values()))


def test_a_curve_of_the_roc_is_of_one_setting():
    parts = []
    alike = [g for g in detection_law.GEOMETRIES if g[:3] == (20, 20, 50)]
    assert len(alike) > 1
    names = ("d_easy", "d_hard", "m", "t_easy", "t_hard", "sigma")
    for geometry in alike:
        for part in ("law", "scores"):
            cell = {"part": part, "noise": "full", "score": "inner_product", "grid": 0, "replicates": 1}
            cell |= dict(zip(names, geometry, strict=True))
            columns = detection_law.one_cell(cell, range(1), Seeds.of(0, "detection_law", cell))
            parts.append({axis: np.full(len(columns["status"]), value) for axis, value in cell.items()} | columns)
    figure, ax = plt.subplots()
    figures.plot_roc({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, ax=ax)
    curve = ax.lines[0].get_xydata()
    assert len(curve) == THRESHOLDS + 1
    assert np.all(np.diff(curve, axis=0) <= 0)
    plt.close(figure)
