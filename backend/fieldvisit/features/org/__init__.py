"""Who works where: departments, zones, routes, people and what each serves, with dates."""
