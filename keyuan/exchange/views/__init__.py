"""The pages of import, export and recycle bin."""
