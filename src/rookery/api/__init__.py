"""REST in the shapes of Chatwoot's Application API."""
