"""Closes the gaps: reads the gateway's own record of every chat and stores what never came."""
