"""Public pages of the ecosystem: one module for each subject."""
