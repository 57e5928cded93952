"""Loads a checked bundle into the graph: pending first, then visible as a whole at one record time."""
