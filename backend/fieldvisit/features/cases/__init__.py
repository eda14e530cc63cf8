"""Opinions and complaints (P11): taken at a shop or the desk, handled, and told the shop (S12)."""
