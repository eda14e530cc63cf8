"""Service by class of shop: how often, what, and by which strategy (S1.23, S9.2, S10.2)."""
