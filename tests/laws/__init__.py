"""What always holds, whatever the world looks like. Tried on worlds that hypothesis invents."""
