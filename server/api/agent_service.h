#pragma once

#include "server/api/agent_stream.h"
#include "server/api/authorization.h"
#include "vigie/v1/agent_service.grpc.pb.h"

namespace vigie::server::api {

class AgentService final : public v1::AgentService::CallbackService {
 public:
  AgentService(AgentStreamDeps deps, Authorization& authorization) : deps_(deps), authorization_(authorization) {}

  grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage>* Connect(
      grpc::CallbackServerContext* context) override;

 private:
  const AgentStreamDeps deps_;
  Authorization& authorization_;
};

}  // namespace vigie::server::api
