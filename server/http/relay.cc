#include "server/http/relay.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "server/relayed_caller.h"

namespace vigie::server::http {
namespace {

// Lives until gRPC has said the last of it, whoever has let go of it before.
class Call final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                   public std::enable_shared_from_this<Call> {
 public:
  explicit Call(grpc::ByteBuffer message) : message_(std::move(message)) {}

  void Begin(grpc::GenericStub& stub, const RelayedRequest& request) {
    context_.AddMetadata(std::string(kRelaySecretKey), RelaySecret());
    context_.AddMetadata(std::string(kRelayedCallerKey), request.caller);
    if (!request.authorization.empty()) context_.AddMetadata("authorization", request.authorization);
    if (!request.token_hash.empty()) context_.AddMetadata(std::string(kRelayedTokenHashKey), request.token_hash);
    if (request.timeout) context_.set_deadline(std::chrono::system_clock::now() + *request.timeout);
    itself_ = shared_from_this();
    stub.PrepareBidiStreamingCall(&context_, request.path, {}, this);
    AddHold();  // so that Next may start a read at any time
    StartWriteLast(&message_, {});
    StartCall();
  }

  void Next(OnAnswer on_answer) {
    std::optional<grpc::Status> last;
    {
      const std::lock_guard lock(mutex_);
      last = status_;
      if (!last) waiting_ = on_answer;
    }
    if (last) return on_answer(*last);
    StartRead(&answer_);
  }

  void Cancel() { context_.TryCancel(); }

  void LetGo() {
    Cancel();
    ReleaseHold();
  }

 private:
  void OnReadDone(bool good) override {
    OnAnswer waiting;
    {
      const std::lock_guard lock(mutex_);
      if (good) std::swap(waiting, waiting_);
    }
    if (waiting) waiting(std::exchange(answer_, {}));
    if (!good) ReleaseHold();  // the status is on its way: OnDone answers
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Call> last = std::move(itself_);
    OnAnswer waiting;
    {
      const std::lock_guard lock(mutex_);
      status_ = status;
      std::swap(waiting, waiting_);
    }
    if (waiting) waiting(status);
  }

  void ReleaseHold() {
    if (!released_.exchange(true)) RemoveHold();
  }

  grpc::ClientContext context_;
  grpc::ByteBuffer message_;
  grpc::ByteBuffer answer_;
  std::shared_ptr<Call> itself_;
  std::mutex mutex_;
  OnAnswer waiting_;
  std::atomic<bool> released_ = false;
  std::optional<grpc::Status> status_;
};

class HeldCall final : public RelayedCall {
 public:
  explicit HeldCall(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~HeldCall() override { call_->LetGo(); }
  void Next(OnAnswer on_answer) override { call_->Next(std::move(on_answer)); }
  void Cancel() override { call_->Cancel(); }

 private:
  const std::shared_ptr<Call> call_;
};

}  // namespace

Relay::Relay(const std::vector<std::shared_ptr<grpc::Channel>>& channels) {
  for (const auto& channel : channels) stubs_.emplace_back(channel);
}

std::shared_ptr<RelayedCall> Relay::Begin(const RelayedRequest& request) {
  auto call = std::make_shared<Call>(request.message);
  call->Begin(stubs_[next_++ % stubs_.size()], request);
  return std::make_shared<HeldCall>(std::move(call));
}

}  // namespace vigie::server::http
