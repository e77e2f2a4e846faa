// Python package indexes.
