"""The rules: each a small generator of findings. Pure: no clock, no network, no logging."""
