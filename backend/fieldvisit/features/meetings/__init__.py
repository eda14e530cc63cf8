"""例会和营销工作会议: prepared, reported where that is due, called, signed in to, recorded, and passed on as a digest (S4, S5)."""
