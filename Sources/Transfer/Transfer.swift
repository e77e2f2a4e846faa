// HTTP and file URLs over libcurl.
