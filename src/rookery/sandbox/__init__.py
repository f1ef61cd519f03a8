"""The simulated gateway: a world of fictional people behind the REST API and webhooks of the real one."""
