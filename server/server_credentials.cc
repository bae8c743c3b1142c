#include "server/server_credentials.h"

#include "proto/contract/tls_floor.h"
#include "server/collector_config.h"
#include "server/tls_buffers.h"

namespace vigie::server {

using base::Result;

Result<std::shared_ptr<grpc::ServerCredentials>> CredentialsFor(const v1::CollectorConfig& config,
                                                                platform::FileSystem& files) {
  if (config.listen().insecure_loopback()) return grpc::InsecureServerCredentials();
  auto tls = LoadTls(files, config.tls());
  if (!tls) return tls.error();
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  contract::UseTls13Only();
  ReleaseIdleTlsBuffers();
  options.pem_root_certs = std::move(tls->client_ca_pem);
  options.pem_key_cert_pairs.push_back({std::move(tls->key_pem), std::move(tls->certificate_pem)});
  return grpc::SslServerCredentials(options);
}

Result<std::string> AgentAuthorities(const v1::CollectorConfig& config, platform::FileSystem& files) {
  if (config.listen().insecure_loopback()) return std::string();
  auto tls = LoadTls(files, config.tls());
  if (!tls) return tls.error();
  return std::move(tls->client_ca_pem);
}

}  // namespace vigie::server
