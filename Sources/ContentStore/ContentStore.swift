// Blobs by SHA-256 and what is known about them.
