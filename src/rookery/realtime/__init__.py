"""The live half of a page: one journal reader a process, one stream a browser. Knows no template."""
