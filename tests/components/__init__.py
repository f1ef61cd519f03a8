"""The elements and models of the pages, each alone in Chromium."""
