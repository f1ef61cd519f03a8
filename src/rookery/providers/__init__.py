"""The wire: how a channel reaches WhatsApp. Every folder in here is one provider; `registry` lists them."""
