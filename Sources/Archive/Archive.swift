// Zip, tar, deflate, gzip and zstd as streams.
