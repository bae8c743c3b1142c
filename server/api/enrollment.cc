#include "server/api/enrollment.h"

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kDefaultLife = kDay;
constexpr std::chrono::hours kLongestLife = 30 * kDay;
constexpr std::uint32_t kMostUses = 10'000;
constexpr std::chrono::hours kCertificateLife = 365 * kDay;
constexpr std::size_t kMaxTokenBytes = 256;
constexpr std::size_t kAgentIdDigits = 16;

std::string NewAgentId() {
  return "agent-" + credentials::TokenHash(credentials::CreateToken()).substr(0, kAgentIdDigits);
}

Result<void> CheckRequest(const v1::EnrollRequest& request) {
  if (request.host().empty() || request.host().size() > contract::kMaxHostBytes) {
    return Error{ErrorCode::kInvalidArgument,
                 "host: must be 1 to " + std::to_string(contract::kMaxHostBytes) + " bytes long"};
  }
  if (request.token().empty() || request.token().size() > kMaxTokenBytes) {
    return Error{ErrorCode::kInvalidArgument, "token: must be one that vigie token create has printed"};
  }
  return {};
}

}  // namespace

Enrollment::Enrollment(WriteLane& lane, FailureLimiter& limiter, const base::Clock& clock,
                       std::optional<credentials::KeyAndCertificate> authority)
    : lane_(lane), limiter_(limiter), clock_(clock), authority_(std::move(authority)) {
}

Result<v1::CreateEnrollmentTokenResponse> Enrollment::CreateToken(const v1::CreateEnrollmentTokenRequest& request) {
  const std::chrono::seconds asked(request.valid_for().seconds());
  if (asked < asked.zero() || asked > kLongestLife)
    return Error{ErrorCode::kInvalidArgument, "valid_for: at most 30 days"};
  const std::chrono::seconds life = asked == asked.zero() ? kDefaultLife : asked;
  const std::uint32_t uses = request.uses() == 0 ? 1 : request.uses();
  if (uses > kMostUses) return Error{ErrorCode::kInvalidArgument, "uses: at most 10000"};
  const base::SystemTime now = clock_.Now();
  v1::CreateEnrollmentTokenResponse response;
  response.set_token(credentials::CreateToken());
  *response.mutable_expires_at() = contract::ToProto(now + life);
  const EnrollmentToken token{credentials::TokenHash(response.token()), now + life, uses};
  auto kept = lane_.Run([&](StoreTransaction& transaction) { return transaction.AddEnrollmentToken(token, now); });
  if (!kept) return kept.error();
  return response;
}

Result<v1::EnrollResponse> Enrollment::Enroll(const std::string& peer, const v1::EnrollRequest& request) {
  if (auto good = CheckRequest(request); !good) return good.error();
  if (!authority_) {
    return Error{ErrorCode::kFailedPrecondition,
                 "this collector cannot sign certificates: its state holds no ca.key: bring it back"};
  }
  v1::EnrollResponse response;
  auto enrolled = lane_.Run([&](StoreTransaction& transaction) { return Admit(request, response, transaction); });
  if (!enrolled) {
    if (enrolled.error().code != ErrorCode::kPermissionDenied) return enrolled.error();
    return limiter_.Refuse(peer, enrolled.error());
  }
  base::LogInfo("agent {} is enrolled", response.agent_id());
  return response;
}

Result<void> Enrollment::Admit(const v1::EnrollRequest& request, v1::EnrollResponse& response,
                               StoreTransaction& transaction) const {
  const base::SystemTime now = clock_.Now();
  const std::string hash = credentials::TokenHash(request.token());
  if (auto used = transaction.UseEnrollmentToken(hash, now); !used) return used;
  response.set_agent_id(NewAgentId());
  auto certificate = credentials::SignAgentRequest(*authority_, request.certificate_request_pem(), response.agent_id(),
                                                   kCertificateLife);
  if (!certificate) return certificate.error().Wrap("certificate_request_pem");
  response.set_certificate_pem(std::move(*certificate));
  response.set_ca_pem(authority_->certificate_pem);
  AgentRecord agent;
  agent.status.set_id(response.agent_id());
  agent.status.set_host(request.host());
  agent.enrolled_host = request.host();
  *agent.status.mutable_enrolled_at() = contract::ToProto(now);
  return transaction.SaveAgent(agent);
}

}  // namespace vigie::server::api
