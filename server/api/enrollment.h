#pragma once

#include <optional>
#include <string>

#include "core/credentials/certificates.h"
#include "platform/base/clock.h"
#include "server/api/failure_limiter.h"
#include "server/write_lane.h"
#include "vigie/v1/enrollment_service.pb.h"

namespace vigie::server::api {

// How a workstation becomes an agent: an analyst creates a token, the workstation spends it on a certificate for its
// own key. Thread-safe.
class Enrollment {
 public:
  // Without an authority no certificate can be signed (kFailedPrecondition).
  Enrollment(WriteLane& lane, FailureLimiter& limiter, const base::Clock& clock,
             std::optional<credentials::KeyAndCertificate> authority);

  // 0 = 24 h and one use; at most 30 days and 10,000 uses. Only the token's hash is kept.
  base::Result<v1::CreateEnrollmentTokenResponse> CreateToken(const v1::CreateEnrollmentTokenRequest& request);

  // A use of the token is spent only if the certificate is signed and the agent on the disk. `peer` as for
  // FailureLimiter.
  base::Result<v1::EnrollResponse> Enroll(const std::string& peer, const v1::EnrollRequest& request);

 private:
  base::Result<void> Admit(const v1::EnrollRequest& request, v1::EnrollResponse& response,
                           StoreTransaction& transaction) const;

  WriteLane& lane_;
  FailureLimiter& limiter_;
  const base::Clock& clock_;
  const std::optional<credentials::KeyAndCertificate> authority_;
};

}  // namespace vigie::server::api
