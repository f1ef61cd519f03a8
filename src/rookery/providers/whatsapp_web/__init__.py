"""Provider `whatsapp_web`: a Go WhatsApp Web Multidevice gateway, 8.x or 9.x, over HTTP and webhooks."""

from rookery.providers.whatsapp_web.provider import WhatsAppWeb

PROVIDER = WhatsAppWeb

__all__ = ["PROVIDER", "WhatsAppWeb"]
