"""Notices outside the app: to WeCom, DingTalk and by SMS, with nothing in them that says who or what it is about (domain §3.7)."""
