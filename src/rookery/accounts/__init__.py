"""Workspaces, users, memberships, roles, tokens, the encrypted field and its keys."""
