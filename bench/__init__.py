"""Measurements, as ratios against floors of the same run. `python -m bench --help`."""
