"""任务: what somebody above asks of somebody in the field, by when, and what has become of it."""
