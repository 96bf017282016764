"""Staff from a sheet: read, checked as a whole, created all or nobody (L2, W1)."""
