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
  auto peer_id = authorization_.AgentIdOf(*context);
  if (!peer_id) {
    deps_.refused.Note(context->peer(), "", peer_id.error());
    return new RefusedStream(contract::ToStatus(peer_id.error()));
  }
  return AgentStream::Start(deps_, {std::move(*peer_id), context->peer()});
}

}  // namespace vigie::server::api
