// Environments as folders.
