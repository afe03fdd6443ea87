"""What writes several rows, or has news to tell: one module for each subject."""
