"""The economics of a lab: its quarters, its outcomes, and what is counted of them."""
