"""A text model of our own: which category the purpose of a payment speaks of, and how surely."""
