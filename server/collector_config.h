#pragma once

#include <string>

#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server {

// Reads, completes with defaults and checks the configuration, in this order. Errors name the file, and where it is
// wrong line or key. `insecure_loopback` is the option of the command line: as if listen.insecure_loopback stood in the
// file.
base::Result<v1::CollectorConfig> LoadConfig(platform::FileSystem& files, const std::string& path,
                                             bool insecure_loopback);

// What is needed and in range, and that no plaintext leaves the machine. The error names the key.
base::Result<void> CheckConfig(const v1::CollectorConfig& config);

// The secrets and certificates that TLS needs.
struct TlsFiles {
  std::string certificate_pem;
  std::string key_pem;
  std::string client_ca_pem;
};
// Readable, belonging together and not expired.
base::Result<TlsFiles> LoadTls(platform::FileSystem& files, const v1::CollectorConfig::Tls& tls);

}  // namespace vigie::server
