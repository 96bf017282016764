"""The pages of customers and contacts."""
