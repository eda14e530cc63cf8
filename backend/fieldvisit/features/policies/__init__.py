"""政策文件: the policies and rules everybody works by, which of them must be read, and who has read them (S1.7, S10.1)."""
