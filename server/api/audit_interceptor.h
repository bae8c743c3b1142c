#pragma once

#include <grpcpp/support/server_interceptor.h>

#include "server/api/audit_trail.h"
#include "server/api/record_mask.h"

namespace vigie::server::api {

// Stands around every call of vigie.v1 but those of agents, whatever service it belongs to: tells the trail who asked
// what, what the answers told and how it ended, and takes out of answers what the caller may not see. Handlers know
// nothing of it. It relies on gRPC's synchronous services running their interceptors and handler on one thread.
class AuditInterceptorFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  AuditInterceptorFactory(AuditTrail& trail, const RecordMask& mask) : trail_(trail), mask_(mask) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  AuditTrail& trail_;
  const RecordMask& mask_;
};

}  // namespace vigie::server::api
