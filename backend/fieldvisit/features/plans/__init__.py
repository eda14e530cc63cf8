"""拜访计划 (P10): the month, the week and the day somebody plans, what his superior says of it, and what came of it."""
