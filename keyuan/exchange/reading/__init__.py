"""Reading tables: xlsx, xls, and text with separators in the encodings that occur."""

from keyuan.exchange.reading.table import Table, Unreadable, column_letter, read_table

__all__ = ["Table", "Unreadable", "column_letter", "read_table"]
