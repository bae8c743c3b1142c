#include "agent/enroll/enrollment.h"

#include <utility>

#include "core/credentials/certificates.h"

namespace vigie::agent::enroll {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> RefuseIfEnrolled(const EnrollmentOrder& order, platform::FileSystem& files) {
  const auto known = LoadIdentity(files, order.state_directory);
  const bool enrolled = !known || known->has_value();
  if (!enrolled || order.force) return {};
  return Error{ErrorCode::kAlreadyExists, "this host is enrolled already (" + order.state_directory +
                                              "/agent.id): use --force to replace its identity"};
}

// A wrong answer must not replace a good identity.
Result<void> CheckAnswer(const v1::EnrollResponse& answer) {
  const auto certified = credentials::AgentIdOf(answer.certificate_pem());
  if (!certified) return certified.error().Wrap("the collector's answer holds no agent certificate");
  if (answer.agent_id().empty() || *certified != answer.agent_id()) {
    return Error{ErrorCode::kInternal, "the collector's certificate does not name the agent that it says it made"};
  }
  return {};
}

}  // namespace

Result<std::string> Enroll(const EnrollmentOrder& order, EnrollmentAuthority& authority, platform::FileSystem& files) {
  if (order.token.empty())
    return Error{ErrorCode::kInvalidArgument, "--token is empty: `vigie token create` makes one"};
  if (const auto free = RefuseIfEnrolled(order, files); !free) return free.error();
  auto own = credentials::CreateAgentRequest(order.host);
  if (!own) return own.error().Wrap("make a key");
  v1::EnrollRequest request;
  request.set_token(order.token);
  request.set_host(order.host);
  request.set_certificate_request_pem(own->request_pem);
  const auto answer = authority.Enroll(request);
  if (!answer) return answer.error().Wrap("enrol");
  if (const auto good = CheckAnswer(*answer); !good) return good.error();
  const Identity identity{answer->agent_id(), answer->certificate_pem(), std::move(own->key_pem)};
  if (const auto kept = StoreIdentity(files, order.state_directory, identity); !kept) return kept.error();
  return answer->agent_id();
}

}  // namespace vigie::agent::enroll
