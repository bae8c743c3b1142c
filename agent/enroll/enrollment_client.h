#pragma once

#include <string>
#include <utility>

#include "agent/enroll/enrollment.h"

namespace vigie::agent::enroll {

// The collector over gRPC: TLS with the configured authority and no certificate of our own, or plain text over
// loopback.
class EnrollmentClient final : public EnrollmentAuthority {
 public:
  struct Target {
    std::string address;  // host:port
    std::string ca_pem;
    bool insecure_loopback = false;
  };
  explicit EnrollmentClient(Target target) : target_(std::move(target)) {}

  // Within 20 s.
  base::Result<v1::EnrollResponse> Enroll(const v1::EnrollRequest& request) override;

 private:
  const Target target_;
};

}  // namespace vigie::agent::enroll
