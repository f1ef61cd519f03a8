"""Rookery: one shared inbox for a team's WhatsApp numbers, linked like WhatsApp Web."""

__version__ = "0.1.0"
