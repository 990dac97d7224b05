"""The pages for people, in a genuine browser."""
