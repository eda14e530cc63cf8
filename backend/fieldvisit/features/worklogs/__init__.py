"""工作日志: what a day, a week or a month was like, in the words of whoever worked it, and what his manager says of it (S13)."""
