"""The claim `certificate`: what it certifies, by hand, and that its statements can fail."""

import numpy as np

from simulations.claims.expansion.certificate.experiments import TERMS, certify


def test_certificates_are_sums_of_their_terms(judged):
    for table in judged("certificate").tables.values():
        total = sum(table[term] for term in TERMS)
        np.testing.assert_allclose(table["bound"], total, atol=1e-12)
        assert np.all(table["kappa"] >= 0.5)


def test_a_certificate_of_coincident_points_is_exact():
    points = np.eye(4)
    y = np.array([1, -1, 1, -1])
    wrong = np.array([1, 1, 1, -1])
    labels = {"student_hard": wrong, "student_overlap": wrong, "teacher": wrong, "true_hard": y, "true_overlap": y}
    found = certify(points, points, labels, k=1, share=0.0, copying=0.0)
    assert found["bound"] == found["error"] == found["teaching"] == 0.25
    assert found["kappa"] == 1
    halved = certify(points, points, labels, k=1, share=0.5, copying=0.0)
    assert halved["uncoupled"] == 0.5
    assert halved["bound"] >= halved["error"]


def test_statements_fail_on_what_they_deny(judged):
    claim = judged("certificate")
    assert claim.passed() == set(claim.statements)
    for experiment in ("dominoes", "digits"):
        assert not claim.changed(experiment, bound=lambda x: x * 0).passes("no_violation")
        assert not claim.changed(experiment, excess=lambda x: x + 1e-6).passes("couplings")
    assert not claim.changed("dominoes", corrected=lambda x: x * 0 - 1).passes("correction")
    empty = claim.changed("dominoes", bound=np.ones_like).changed("digits", bound=np.ones_like)
    assert not empty.passes("informative")
