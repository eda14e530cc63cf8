"""What was sold: demand, orders and amounts per shop, brought in from the wholesaler's books (S2.14)."""
