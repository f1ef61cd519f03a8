"""What the figures are compared with."""
