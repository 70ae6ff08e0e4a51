"""What the read models answer. Parameters are bound, lists page by key, nothing is counted by scanning."""
