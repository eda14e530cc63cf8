"""The shop's file (客户档案, P7): its facts, how they change, and what is only suggested."""
