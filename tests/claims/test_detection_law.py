"""The claim `detection_law`: areas against brute force, and that its statements can fail."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from simulations.catalogue import load_claim
from simulations.claims.detection.detection_law.experiments import GEOMETRIES, THRESHOLDS
from simulations.claims.detection.detection_law.figures import plot_roc
from simulations.claims.detection.detection_law.readings import area_under_roc
from simulations.grid import Grid


@pytest.mark.parametrize("digits", [0, 3])
def test_area_is_the_mean_over_pairs_of_different_draws(digits):
    rng = np.random.default_rng(digits)
    easy, overlap = (rng.normal(size=40).round(digits) for _ in range(2))
    wins = (overlap[:, None] > easy) + (overlap[:, None] == easy) / 2
    area, error = area_under_roc(easy, overlap)
    assert area == pytest.approx(wins[~np.eye(40, dtype=bool)].mean())
    assert 0 < error < 0.1


def test_standard_error_of_the_area_is_right_for_dependent_draws():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        shared = rng.normal(size=60)
        found.append(area_under_roc(shared + rng.normal(size=60), shared + rng.normal(size=60) + 1))
    areas, errors = np.array(found).T
    assert errors.mean() == pytest.approx(areas.std(), rel=0.15)  # 4 standard errors of a spread from 400 values


@pytest.mark.parametrize(
    ("column", "experiment", "statement"),
    [
        ("law_overlap", "law", "distributions"),
        ("law_precision", "detector", "precision_and_recall"),
        ("law_recall", "surface", "over_thresholds"),
        ("auc", "law", "areas_under_roc"),
        ("miss_bound", "guarantee", "guarantee_holds"),
    ],
)
def test_a_wrong_law_fails_its_statement(judged, column, experiment, statement):
    claim = judged("detection_law")
    assert claim.passes(statement)
    assert not claim.changed(experiment, **{column: lambda x: x * 0.2}).passes(statement)


def test_a_curve_of_the_roc_is_of_one_setting(compute):
    alike = [g for g in GEOMETRIES if g[:3] == (20, 20, 50)]
    assert len(alike) > 1
    names = ("d_easy", "d_hard", "m", "t_easy", "t_hard", "sigma")
    cells = [{"noise": "full", "score": "inner_product"} | dict(zip(names, g, strict=True)) for g in alike]
    law, scores = (compute(load_claim("detection_law").experiments[name], Grid(cells, 1)) for name in ("law", "scores"))
    figure, ax = plt.subplots()
    plot_roc(law, scores, ax=ax)
    curve = ax.lines[0].get_xydata()
    assert len(curve) == THRESHOLDS + 1
    assert np.all(np.diff(curve, axis=0) <= 0)
    plt.close(figure)
