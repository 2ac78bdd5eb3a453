"""Forms of pages, one module an area. Fields read what people type; the words of an error say what to do."""
