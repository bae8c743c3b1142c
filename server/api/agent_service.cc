#include "server/api/agent_service.h"

namespace vigie::server::api {
namespace {

// Says no and goes away.
class RefusedStream final : public grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage>* AgentService::Connect(
    grpc::CallbackServerContext* context) {
  auto agent = authorization_.AgentOf(*context);
  if (!agent) {
    deps_.refused.Note(context->peer(), "", agent.error());
    return new RefusedStream(contract::ToStatus(agent.error()));
  }
  return AgentStream::Start(deps_, {*std::move(agent), context->peer()});
}

}  // namespace vigie::server::api
