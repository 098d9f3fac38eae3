"""Delta learning: what the difference of two weak teachers teaches."""

from simulations.claim import Chapter

CHAPTER = Chapter("Delta: what the difference of two weak teachers teaches", place=6)
