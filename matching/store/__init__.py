"""The tables and how to reach them. Knows no rule and no score."""
