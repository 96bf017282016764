"""A sheet of follow-ups: into the same steps and pages as one of customers."""
