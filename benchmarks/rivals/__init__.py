"""Who else loads rows into PostgreSQL. Each gives the seconds that it took, its own start included."""
