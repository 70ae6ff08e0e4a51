"""How prices are made: pure rules, and the same rules as SQL over many components at once."""
