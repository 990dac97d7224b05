"""The shipped templates: parsed, checked, and deployed into the lab's Azure."""
