"""What shows and asks: the command, the pages, the worker."""
