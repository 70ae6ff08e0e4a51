"""1C:Enterprise by OData v3: a client, what it reads, and what becomes of it."""
