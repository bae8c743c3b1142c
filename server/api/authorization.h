#pragma once

#include <grpcpp/server_context.h>

#include <functional>
#include <string>
#include <utility>

#include "proto/contract/grpc_status.h"
#include "server/api/audit_trail.h"
#include "server/api/failure_limiter.h"
#include "server/intake.h"
#include "server/store.h"

namespace vigie::server::api {

// Who may call what; the one place that decides it.
//   people (all services but the two below): metadata `authorization: Bearer TOKEN` with an API token that the store
//   knows and whose role allows the method (method_table.h), or a browser's session that began with one, or with a
//   user's password; the call is in the audit
//   AgentService.Connect: the client certificate of an agent, signed by our authority (TLS checks that) with URI
//   vigie:agent:ID EnrollmentService.Enroll: nothing; the enrolment token is in the request
// Errors never say which part was wrong, and never hold a token. Thread-safe.
class Authorization {
 public:
  // `tls` false: there are no client certificates, AgentOf answers nobody.
  // `catch_up` is called before an analyst is answered: he sees what was acknowledged before.
  Authorization(Store& store, FailureLimiter& limiter, const AuditTrail& trail, bool tls,
                std::function<void()> catch_up = {})
      : store_(store), limiter_(limiter), trail_(trail), tls_(tls), catch_up_(std::move(catch_up)) {}

  base::Result<void> CheckAnalyst(const grpc::ServerContextBase& context);
  // Who an agent is by its certificate. That it is enrolled is checked with its greeting.
  base::Result<AgentPeer> AgentOf(const grpc::ServerContextBase& context) const;

  // A whole call of an analyst: `answer` runs only if he may, and gives a Result<void>.
  template <typename Answer>
  grpc::Status ForAnalyst(const grpc::ServerContextBase& context, Answer answer) {
    if (auto allowed = CheckAnalyst(context); !allowed) return contract::ToStatus(allowed.error());
    const base::Result<void> answered = answer();
    return answered ? grpc::Status::OK : contract::ToStatus(answered.error());
  }

 private:
  Store& store_;
  FailureLimiter& limiter_;
  const AuditTrail& trail_;
  const bool tls_;
  const std::function<void()> catch_up_;
};

}  // namespace vigie::server::api
