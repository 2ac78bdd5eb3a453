"""How well a person and an offer fit, and lists that reach everybody. No database, no clock."""
