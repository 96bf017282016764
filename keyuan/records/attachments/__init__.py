"""Files on records, by one mechanism: content in the data folder under its hash, a row for each time it is attached.

`holders` says which records hold files, `attaching` how they come, `models` how they go, `storage` where content lies.
"""
