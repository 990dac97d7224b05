"""What a port promises, kept by its adapter: against genuine storage, through Microsoft's own clients."""
