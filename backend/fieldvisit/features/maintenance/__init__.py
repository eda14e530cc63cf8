"""维护案例: what worked at a shop, told by whoever did it, commented and shared by whoever leads him (S10.3, S10.4)."""
