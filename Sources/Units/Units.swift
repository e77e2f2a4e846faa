// Artifacts as installed.
