"""How does the posture read in a browser? Pure: no script, nothing from elsewhere, every text escaped."""
