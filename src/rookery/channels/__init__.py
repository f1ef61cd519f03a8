"""Connections we own: gateways, channels, their secrets, what state their devices are in."""
