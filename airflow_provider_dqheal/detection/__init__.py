"""Judges a batch against the accepted history of its table: features, ensemble, calibration, training."""
