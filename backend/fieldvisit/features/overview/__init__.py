"""The zone at a glance (S1.12): its shops by class and state, and how far this month's visits have come."""
