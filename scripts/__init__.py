"""Tools of the work tree; run them as modules from its root."""
