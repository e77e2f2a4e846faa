// Python's packaging standards as values.
