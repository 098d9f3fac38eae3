"""Hypothesis profiles: how many examples, and from which seed.

``dev``, the default, explores anew in every run; ``ci`` gives one answer for one commit; ``nightly`` searches ten times
as long where a test does not say how long itself. ``HYPOTHESIS_PROFILE`` names another.
"""

import os

from hypothesis import settings

# No deadlines: these machines are shared, and what is slow is measured in benchmarks/.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
