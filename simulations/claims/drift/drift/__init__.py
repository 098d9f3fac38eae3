"""Sources whose density changes: policies that forget against policies that do not, and how long to remember."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="When densities change, policies that settle lose most, and forgetting pays if the memory is long "
    "enough; when nothing changes, forgetting costs.",
    source="Ours; the policies are those of Garivier and Moulines 2011",
    room="w2slens.bandit.policies",
)
