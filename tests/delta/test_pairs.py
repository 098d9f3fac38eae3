"""Students taught by a pair: against the twin, limits, class pairs, the kernel's trials rebuilt by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import minimize

import w2slens as wl
from w2slens.delta import ClassModel, DeltaStudent, delta_draws, delta_trials, disagreements, train_delta
from w2slens.errors import UndefinedError
from w2slens.learning import LinearModel
from w2slens.testing.delta import delta_twin

SETTING = {
    "theta": [1.0, 0.5, -0.3, 0.8, 0.4],
    "sigma": 1.2,
    "chosen": [1.0, 0.2, -0.5],
    "rejected": [0.3, 1.0, 0.6],
}
REFERENCE = np.array([0.4, -0.1, 0.2, 0.3, -0.2])
STUDENTS = [
    DeltaStudent(step=2.0),
    DeltaStudent(C=0.1),
    DeltaStudent(C=0.1, step=0.5, labels="reversed"),
    DeltaStudent(C=0.1, labels="chosen"),
    DeltaStudent(C=3.0, labels="rejected"),
    DeltaStudent(labels="rejected"),
]


@st.composite
def problems(draw):
    n, d = draw(st.integers(1, 25)), draw(st.integers(1, 4))
    X = draw(hnp.arrays(np.float64, (n, d), elements=st.floats(-3, 3, width=32)))
    labels = st.sampled_from([-1, 1])
    chosen, rejected = (draw(hnp.arrays(np.int64, n, elements=labels)) for _ in range(2))
    rejected[0] = -chosen[0]
    return X, chosen, rejected


@given(problems(), st.one_of(st.none(), st.floats(0.001, 100)), st.floats(0.1, 5), st.booleans())
def test_equals_the_obvious_student(problem, C, step, warm):
    X, chosen, rejected = problem
    reference = np.linspace(-1, 1, X.shape[1]) if warm else None
    model = train_delta(
        X, chosen, rejected, reference=None if reference is None else LinearModel(reference, 0.3), C=C, step=step
    )
    expected = delta_twin(X, chosen, rejected, reference=reference, C=C, step=step)
    np.testing.assert_allclose(model.coef, expected, atol=1e-6 * (1 + np.abs(expected).max()))
    assert model.intercept == (0.3 if warm else 0.0)


@given(problems())
def test_a_strong_penalty_averages(problem):
    X, chosen, rejected = problem
    C = 1e-9
    fitted, average = (train_delta(X, chosen, rejected, C=c).coef for c in (C, None))
    np.testing.assert_allclose(fitted / (C / 2 * len(X)), average, atol=1e-5)


@given(problems(), st.one_of(st.none(), st.floats(0.001, 100)))
def test_swapped_teachers_teach_the_opposite(problem, C):
    X, chosen, rejected = problem
    first, second = train_delta(X, chosen, rejected, C=C), train_delta(X, rejected, chosen, C=C)
    np.testing.assert_allclose(first.coef, -second.coef, atol=1e-8)


@given(problems(), st.one_of(st.none(), st.floats(0.01, 10)))
def test_two_classes_are_two_labels(problem, C):
    X, chosen, rejected = problem
    single = train_delta(X, chosen, rejected, C=None if C is None else 2 * C).coef
    classes = train_delta(X, (chosen + 1) // 2, (rejected + 1) // 2, C=C, classes=2).coef
    np.testing.assert_allclose(classes[1] - classes[0], single, atol=1e-6 * (1 + np.abs(single).max()))


def test_class_pairs_minimise_the_bradley_terry_loss():
    random = np.random.default_rng(0)
    X = random.standard_normal((40, 3))
    chosen, rejected = random.integers(0, 4, (2, 40))
    start = random.standard_normal((4, 3))
    model = train_delta(X, chosen, rejected, reference=ClassModel(start), C=0.7, classes=4)
    rows = disagreements(chosen, rejected)

    def loss(flat):
        u = flat.reshape(4, 3)
        margin = np.sum((u[chosen[rows]] - u[rejected[rows]]) * X[rows], axis=1)
        return 0.5 * np.sum(u**2) + 0.7 * np.sum(np.logaddexp(0, -margin))

    found = minimize(loss, np.zeros(12), method="BFGS", options={"gtol": 1e-9}).x
    np.testing.assert_allclose(model.coef - start, found.reshape(4, 3), atol=1e-6)
    average = train_delta(X, chosen, rejected, C=None, classes=4).coef
    expected = np.zeros((4, 3))
    for x, c, r in zip(X, chosen, rejected, strict=True):
        expected[c] += x / 80
        expected[r] -= x / 80
    np.testing.assert_allclose(average, expected, atol=1e-12)
    assert model.predict(X).shape == (40,)


def test_teachers_that_agree_teach_nothing():
    with pytest.raises(UndefinedError, match="never disagree"):
        train_delta([[1.0]], [1], [1])
    assert disagreements([1, 2], [1, 2]).size == 0


# Trials


@pytest.mark.parametrize("reference", [None, REFERENCE])
@pytest.mark.parametrize("noise", ["zeroed", "full"])
def test_a_trial_rebuilt_by_hand(reference, noise):
    counts = (10, 5, 60, 3)
    rows = delta_trials(
        [4], counts=counts, students=STUDENTS, reference=reference, flip=0.2, noise=noise, rng=8, **SETTING
    )
    draws = delta_draws(4, counts=counts, theta=SETTING["theta"], sigma=1.2, d_easy=3, flip=0.2, noise=noise, rng=8)
    X, y, flipped = draws["X"], draws["y"], draws["flipped"]
    said = [np.where(X[:, :3] @ SETTING[name] > 0, 1, -1) for name in ("chosen", "rejected")]
    chosen, rejected = np.where(flipped, said[::-1], said)
    mixture = wl.GaussianMixture(SETTING["theta"], 1.2, 3, noise)
    start = np.zeros(5) if reference is None else reference
    for k, student in enumerate(STUDENTS):
        if student.labels in ("delta", "reversed"):
            pair = (chosen, rejected) if student.labels == "delta" else (rejected, chosen)
            coef = delta_twin(X, *pair, reference=reference, C=student.C, step=student.step)
            used = np.flatnonzero(chosen != rejected)
            labels = pair[0]
        else:
            labels, used = said[student.labels == "rejected"], np.arange(len(y))
            if student.C is None:
                coef = start + labels @ X / len(X)
            else:

                def loss(w, labels=labels, C=student.C):
                    return 0.5 * np.sum((w - start) ** 2) + C * np.sum(np.logaddexp(0, -labels * (X @ w)))

                coef = minimize(loss, start, method="BFGS", options={"gtol": 1e-8}).x
        assert rows["size"][k] == used.size
        assert rows["balance"][k] == np.sum(labels[used] * y[used])
        exact = mixture.accuracy(coef)
        for place in ("easy", "hard", "overlap", "neither"):
            assert rows[place][k] == pytest.approx(getattr(exact, place), abs=1e-5)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 2**64))
def test_any_subset_order_and_threads_give_the_same_rows(replicates, seed):
    call = {"counts": (3, 2, 20, 1), "students": STUDENTS, "reference": REFERENCE, "flip": 0.1, "rng": seed, **SETTING}
    everything = delta_trials(range(21), n_threads=2, **call)
    for n_threads in (1, 2, 7):
        rows = delta_trials(replicates, n_threads=n_threads, **call)
        picked = np.concatenate([np.arange(6) + 6 * r for r in replicates])
        for name, column in rows.items():
            np.testing.assert_array_equal(column, everything[name][picked])


def test_only_overlap_points_carry_the_delta_to_the_hard_block():
    rows = delta_trials(range(5), counts=(200, 200, 0, 0), students=STUDENTS[:2], rng=1, **SETTING)
    assert rows["taught"].all()
    assert set(rows["hard"]) == {0.5}
    assert (rows["easy"] != 0.5).all()


def test_students_without_a_lesson_stay_what_they_were():
    same = SETTING | {"rejected": SETTING["chosen"]}
    rows = delta_trials(range(3), counts={"overlap": 30}, reference=REFERENCE, rng=1, **same)
    assert not rows["taught"].any()
    start = wl.GaussianMixture(SETTING["theta"], 1.2, 3).accuracy(REFERENCE)
    assert rows["hard"] == pytest.approx(start.hard)


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: train_delta([[np.nan]], [1], [-1]), ValueError, r"X has nan at index \(0, 0\)"),
        (lambda: train_delta([[1.0]], [2], [-1]), ValueError, "chosen has 2 at index 0; labels are -1 or"),
        (lambda: train_delta([[1.0]], [1], [0.5]), TypeError, "rejected has dtype float64"),
        (lambda: train_delta([[1.0]], [1, 1], [-1, 1]), ValueError, r"chosen has shape \(2,\), expected \(1,\)"),
        (lambda: train_delta([[1.0]], [1], [3], classes=3), ValueError, "rejected has 3 at index 0; labels are 0 to 2"),
        (lambda: train_delta([[1.0]], [1], [-1], C=0), ValueError, "C is 0"),
        (lambda: train_delta([[1.0]], [1], [-1], step=-1), ValueError, "step is -1"),
        (lambda: train_delta([[1.0]], [1], [-1], classes=1), ValueError, "classes is 1"),
        (
            lambda: train_delta([[1.0]], [1], [-1], reference=LinearModel([1.0, 2.0])),
            ValueError,
            r"reference has coefficients of shape \(2,\), expected \(1,\)",
        ),
        (
            lambda: train_delta([[1.0]], [1], [0], reference=LinearModel([1.0]), classes=2),
            TypeError,
            "reference must be a ClassModel, not LinearModel",
        ),
        (lambda: disagreements([1], [1, 2]), ValueError, r"rejected has shape \(2,\)"),
        (lambda: ClassModel([[1.0]]).predict([[1.0, 2.0]]), ValueError, r"X has shape \(1, 2\)"),
        (lambda: DeltaStudent(labels="both"), ValueError, "labels is 'both'"),
        (lambda: DeltaStudent(step=0.0), ValueError, r"step is 0\.0"),
        (lambda: delta_trials([0], counts=(0, 0, 0, 0), **SETTING), UndefinedError, "counts has no points"),
        (lambda: delta_trials([-1], counts=(0, 0, 9, 0), **SETTING), ValueError, "replicates is -1"),
        (
            lambda: delta_trials([0], counts=(0, 0, 9, 0), **(SETTING | {"rejected": [1.0]})),
            ValueError,
            r"rejected has shape \(1,\), expected \(3,\)",
        ),
        (
            lambda: delta_trials([0], counts=(0, 0, 9, 0), **(SETTING | {"chosen": [1.0, np.nan, 0.0]})),
            ValueError,
            "chosen has nan at index 1",
        ),
        (
            lambda: delta_trials([0], counts=(0, 0, 9, 0), **(SETTING | {"chosen": [0.0] * 3})),
            UndefinedError,
            "chosen is undefined: every coefficient is 0",
        ),
        (lambda: delta_trials([0], counts=(0, 0, 9, 0), flip=2, **SETTING), ValueError, "flip is 2"),
        (
            lambda: delta_trials([0], counts=(0, 0, 9, 0), reference=[1.0], **SETTING),
            ValueError,
            r"reference has shape \(1,\), expected \(5,\)",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
