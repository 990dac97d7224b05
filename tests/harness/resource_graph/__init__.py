"""Azure Resource Graph: one question about many resources, answered from an index that lags behind."""

from tests.harness.resource_graph.service import ResourceGraph

__all__ = ["ResourceGraph"]
