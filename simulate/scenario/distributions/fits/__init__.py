"""Parameters from quantiles: numbers in, numbers out, an error in words where there are none."""
