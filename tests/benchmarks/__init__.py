"""How fast, how much, how big: measured against the lab, side by side with what ARM alone takes. `make bench`."""
