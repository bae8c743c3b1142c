#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "platform/file_system.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server {

// A certificate is asked for, not demanded: analysts and workstations that enrol have none. Who gives one must have it
// from client_ca.
base::Result<std::shared_ptr<grpc::ServerCredentials>> CredentialsFor(const v1::CollectorConfig& config,
                                                                      platform::FileSystem& files);

// Who issues the agents' certificates; empty without TLS.
base::Result<std::string> AgentAuthorities(const v1::CollectorConfig& config, platform::FileSystem& files);

}  // namespace vigie::server
