"""One report in, one document out: every format reads the same typed tables, small counts already hidden."""
