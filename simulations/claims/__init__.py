"""The claims, ``CHAPTER/NAME``: each a folder with its experiments, figures and verdicts."""
