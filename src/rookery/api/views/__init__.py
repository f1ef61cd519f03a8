"""What each address does: read the request, call an action or a read, answer a shape."""
