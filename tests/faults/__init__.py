"""What does Latch do when everything around it fails? The fault matrix, deaths of the worker, and chaos."""
