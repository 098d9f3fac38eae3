"""Detection: telling overlap points from others."""

from simulations.claim import Chapter

CHAPTER = Chapter("Detection: telling overlap points from others", place=3)
