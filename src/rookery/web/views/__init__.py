"""One module a noun. A view guards, asks or acts, and renders: no more than fifteen lines, no query of its own."""
