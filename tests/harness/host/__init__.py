"""The Functions host of the lab: Microsoft's Python worker, and around it what Azure does around it.

`functions.FunctionsHost` is the way in. Nothing is imported here, because the worker process imports this package too.
"""
