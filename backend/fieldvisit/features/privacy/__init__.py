"""What one may ask of the data about oneself: a copy at once, and requests that are answered (PIPL Art. 44 to 50)."""
