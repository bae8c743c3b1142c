#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::fleet {

struct Endpoint;

struct AgentCredentials {
  std::string agent_id;
  std::string key_pem;  // empty without TLS
  std::string certificate_pem;
};

struct EnrollmentPlan {
  std::uint32_t agents = 0;
  // An enrolment token with so many uses; asked for only if somebody must be enrolled.
  std::function<base::Result<std::string>(std::uint32_t uses)> token;
  // Keeps what was enrolled, for the next run: kept credentials are used, the rest is enrolled. "" = no file.
  std::string file;
  std::function<void(std::uint32_t done)> progress;
};

// Certificates for workstation-0, workstation-1, …: real keys, real requests, some of them at the same time.
base::Result<std::vector<AgentCredentials>> EnrollFleet(const Endpoint& endpoint, const EnrollmentPlan& plan);

}  // namespace vigie::fleet
