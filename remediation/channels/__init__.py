"""Which channel hears what, when, and in which shape? Pure: no clock, no network, no logging."""
