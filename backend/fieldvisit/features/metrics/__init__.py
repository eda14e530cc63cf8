"""The metrics of the trade (domain §3.5): each formula once, under its stable key, for whoever reports or appraises."""
