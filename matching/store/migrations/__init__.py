"""Schema over time: numbered, forward only, never edited once landed."""
