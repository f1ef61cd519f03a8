"""Agents' files made fit for WhatsApp before they are sent, beside the message path and in a limited child process."""
