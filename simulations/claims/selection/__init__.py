"""Selection: choosing among sources."""

from simulations.claim import Chapter

CHAPTER = Chapter("Selection: choosing among sources", place=4)
