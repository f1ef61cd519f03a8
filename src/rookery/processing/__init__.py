"""Stored events become messages: claims them per lane, asks the dialect, hands them to the domain's actions."""
