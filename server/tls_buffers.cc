#include "server/tls_buffers.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

namespace vigie::server {
namespace {

void SetMode(void* connection, void* /*data*/, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*number*/,
             void* /*argument*/) {
  SSL_set_mode(static_cast<SSL*>(connection), SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

void ReleaseIdleTlsBuffers() {
  constexpr unsigned long kCallsTooEarly = 0x30200000UL;  // 3.2.0: all of 3.x has the same soname
  if (OpenSSL_version_num() >= kCallsTooEarly) return;
  static const int index = SSL_get_ex_new_index(0, nullptr, &SetMode, nullptr, nullptr);
  static_cast<void>(index);
}

}  // namespace vigie::server
