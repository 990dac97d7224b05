"""What a person at a terminal may ask of Latch, and how the answer is written down."""
