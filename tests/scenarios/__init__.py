"""The lab as a whole: somebody acts, everything settles, and the world, the witnesses and the alerts are asked."""
