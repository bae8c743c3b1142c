#include "proto/contract/tls_floor.h"

#include <cstdlib>

namespace vigie::contract {

void UseTls13Only() {
  static const int done = ::setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES256-GCM-SHA384", 1);
  static_cast<void>(done);
}

}  // namespace vigie::contract
