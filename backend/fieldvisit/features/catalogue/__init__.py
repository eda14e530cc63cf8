"""The catalogue: brands and their specs, which stock, brand work and forecasts speak of."""
