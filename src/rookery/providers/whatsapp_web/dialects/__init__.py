"""The gateway's generations, one folder each. They never import each other."""
