// Runs other programs with limits, captured output and no shell.
