// SHA-256 is called directly: its low-level functions need no provider, whose set-up would take longer
// than everything else between a start and the first answer.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
