"""A small Azure for one machine: one world, many doors.

The package knows nothing of the product. It is driven in process by the tests, and over HTTP by anything else.
"""
