"""Real data: images with known and with unknown regions."""

from simulations.claim import Chapter

CHAPTER = Chapter("Real data: images with known and with unknown regions", place=5)
