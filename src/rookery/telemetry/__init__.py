"""Names of metrics, and logs that give nobody away.

A leaf: it knows settings and nothing of the domain. `multiprocess.share` comes before the first import of
`metrics` in a process whose figures others must see.
"""
