"""客户维护考核: how well an account manager looked after his shops in a month, judged by whoever leads him, reported to the department (S10.10–S10.14)."""
