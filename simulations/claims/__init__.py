"""One file per claim; a new file is a new claim."""
