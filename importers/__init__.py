"""Files become checked rows, checked rows become commands of the domain."""
