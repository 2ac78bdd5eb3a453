"""The domain of Passerelle: rights over time, matching, follow-up. No web framework, no files, no clock."""
