// What images stand on.
