"""The world: Azure Resource Manager, storage, Event Grid."""
