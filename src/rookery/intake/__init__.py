"""The webhook door: verify, make durable, answer; and the claim and mark functions of the stored events.

`door.Door` is the ASGI application; `claims` and `parked` are what processing and the pages of operators use;
`presence.listen` registers who hears typing events; `listing.write_door_file` renews the door's own file.
"""
