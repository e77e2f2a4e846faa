// The plain functions of SHA-256 are called by their own names, without the search for a provider that takes a
// millisecond of every start: OpenSSL marks them as not for new programs.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
