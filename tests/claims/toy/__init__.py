"""A claim for tests of running, judging and reporting: the mean of normals is 0."""

from simulations.claim import Claim

CLAIM = Claim(statement="The mean of normals is 0.", source="none", room="w2slens.learning.mixture")
