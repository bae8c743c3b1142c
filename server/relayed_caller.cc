#include "server/relayed_caller.h"

#include "core/credentials/certificates.h"

namespace vigie::server {

const std::string& RelaySecret() {
  static const std::string secret = credentials::CreateToken();
  return secret;
}

}  // namespace vigie::server
