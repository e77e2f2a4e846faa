// OCI image types.
