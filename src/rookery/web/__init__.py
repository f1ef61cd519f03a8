"""The pages: views, presenters, templates, style. Knows no provider and writes only through actions."""
