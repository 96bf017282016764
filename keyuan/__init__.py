"""客缘: a customer relationship management system."""

__version__ = "0.1.0"
