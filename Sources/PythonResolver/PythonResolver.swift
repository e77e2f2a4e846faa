// From requirements to a lock.
