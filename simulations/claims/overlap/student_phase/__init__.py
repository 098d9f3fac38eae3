"""How the student's penalty decides whether more overlap points help: it averages its teacher, or copies it."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="Whether more overlap points help on hard-only points depends on the student's penalty 1/C: with a "
    "strong one it averages its teacher's labels and gains, with a weak one it copies its teacher and loses.",
    source="This project (docs/overlap/student_phase.md), for the student of Shin, Cooper, Sala 2025, section 4; Lang, "
    "Sontag, Vijayaraghavan 2024, Proposition 4.1",
    room="w2slens.learning.students",
)
