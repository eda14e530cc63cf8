"""The demo district: invented people, shops and visits, the same every time, laid out around today."""
