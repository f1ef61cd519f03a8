"""The domain's only writers: `check_*` may refuse, `do_*` write inside `db.write()` and record what they did."""
