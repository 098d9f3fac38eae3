"""The accuracy of a student that averages its teacher's labels on n overlap points, exactly.

.. code-block:: text

    student ── hard_law, student_law, accuracy_bound, points_needed
      └── accuracy ── AccuracyLaw ── cone ── a direction in a cone
            └── agreement ── what the teacher's labels average to
    linear ── linear_accuracy of given coefficients
    copying ── teacher_agreement of student and teacher
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .accuracy import AccuracyLaw as AccuracyLaw
    from .copying import teacher_agreement as teacher_agreement
    from .linear import linear_accuracy as linear_accuracy
    from .student import StudentLaw as StudentLaw
    from .student import accuracy_bound as accuracy_bound
    from .student import accuracy_limit as accuracy_limit
    from .student import hard_law as hard_law
    from .student import points_needed as points_needed
    from .student import student_law as student_law
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "student": (
                "StudentLaw",
                "accuracy_bound",
                "accuracy_limit",
                "hard_law",
                "points_needed",
                "student_law",
            ),
            "accuracy": ("AccuracyLaw",),
            "linear": ("linear_accuracy",),
            "copying": ("teacher_agreement",),
        },
    )
