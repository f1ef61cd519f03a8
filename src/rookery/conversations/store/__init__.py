"""The hot statements of the message path, written by hand for both databases (decisions A3).

Called by actions only, inside `db.write()`. Each module says what its statements rely on.
"""
