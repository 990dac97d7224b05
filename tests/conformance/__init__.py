"""Each emulator is judged by Microsoft's own client, not by us."""
