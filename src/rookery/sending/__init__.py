"""Claims pending messages, paces them per number, calls the provider, and records what came of it."""
