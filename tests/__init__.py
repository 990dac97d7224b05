"""The tests of Latch, and the lab that they run on."""
