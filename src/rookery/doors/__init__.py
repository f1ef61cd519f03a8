"""What stands in front of Django: static files, media, bodies on disk, deadlines, the thread pools, and `serve`.

`application.Application` is the composition that `rookery.asgi` names; `serving.serve` runs it.
"""
