"""The domain: contacts, conversations, messages. Actions write, queries read, access guards."""
