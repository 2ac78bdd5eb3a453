"""Sets of days as sorted tuples of (start, end), plain Python: what the columns of spans.py must agree with."""


def normal(spans):
    """Sorted, merged where they touch or overlap, empty ones dropped."""
    merged = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def union(one, other):
    return normal([*one, *other])


def intersection(one, other):
    return normal([(max(a, c), min(b, d)) for a, b in one for c, d in other])


def complement(spans, first, last):
    edges = [first, *(edge for span in spans for edge in span), last]
    return normal(list(zip(edges[::2], edges[1::2], strict=True)))


def difference(one, other, first, last):
    return intersection(one, complement(other, first, last))
