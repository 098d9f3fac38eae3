"""Theory: bounds by expansion."""

from simulations.claim import Chapter

CHAPTER = Chapter("Theory: bounds by expansion", place=2)
