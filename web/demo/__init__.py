"""A fictional Amiens: import files of any size, and the journal of what was done with them."""
