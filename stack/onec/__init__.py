"""A simulator of 1C's OData interface: what domain §1 documents, quirks and errors included."""
