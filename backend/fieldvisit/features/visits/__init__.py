"""Visits at shops (P9, P10): planned or not, arrived, recorded, left; with place and photos."""
