"""Loss functions, and nothing else."""
