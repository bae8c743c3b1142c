#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/file_system.h"
#include "server/integrations/endpoint.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server::integrations {

enum class Kind { kWebhook, kSyslog, kEmail };
std::string KindName(Kind kind);

// Where findings go, with all that is needed to go there.
struct Destination {
  v1::CollectorConfig::Destination config;  // checked
  Kind kind = Kind::kWebhook;
  Endpoint endpoint;
  std::string secret;  // of a webhook's signature, or the password of an e-mail's user; else empty
  std::string ca_pem;  // empty = whom this machine trusts
  std::string certificate_pem;
  std::string key_pem;

  const std::string& name() const { return config.name(); }
  bool WantsIncidents() const;
  bool WantsHealth() const;
};

// Keys and values, without looking at any file. The error names the key.
base::Result<void> CheckIntegrations(const v1::CollectorConfig::Integrations& config);

// How long an agent must be away to be told as unreachable.
std::chrono::nanoseconds UnreachableAfter(const v1::CollectorConfig::Integrations& config);

// Of a checked configuration: reads secrets and certificates. The error names the key, never a secret.
base::Result<std::vector<Destination>> LoadDestinations(const v1::CollectorConfig::Integrations& config,
                                                        platform::FileSystem& files);

}  // namespace vigie::server::integrations
