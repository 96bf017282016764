"""Measured work at 10 k, 100 k and 1 M customers: a data maker and one table. Nothing here runs in the tests."""
