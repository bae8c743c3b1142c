#include "agent/uplink/grpc_event_stream.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "core/credentials/certificates.h"
#include "proto/contract/grpc_status.h"
#include "proto/contract/tls_floor.h"
#include "vigie/v1/agent_service.grpc.pb.h"

namespace vigie::agent::uplink {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxArrived = 64;  // messages not taken yet; then the network waits

// gRPC calls the On… methods on its own threads; what they share with the uplink's thread is under mutex_. The hold
// keeps the call alive for writes and reads that come from outside of them; only the uplink's thread gives it up, so
// that it never starts one on a call that has ended (grpcpp/support/client_callback.h).
class GrpcEventStream final : public EventStream,
                              public grpc::ClientBidiReactor<v1::AgentMessage, v1::CollectorMessage> {
 public:
  GrpcEventStream(const std::shared_ptr<grpc::Channel>& channel, std::function<void()> arrived, bool expired)
      : arrived_(std::move(arrived)), expired_(expired), stub_(v1::AgentService::NewStub(channel)) {
    stub_->async()->Connect(&context_, this);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  ~GrpcEventStream() override { (void)Finish(); }

  Result<void> Send(const v1::AgentMessage& message, base::Deadline deadline) override {
    if (ended()) return Finish();
    outgoing_ = message;
    SetWriting();
    StartWrite(&outgoing_);
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline.at(), [this] { return !writing_; })) {
      lock.unlock();
      (void)Finish();  // outgoing_ is gRPC's until then
      return Error{ErrorCode::kDeadlineExceeded, "the network takes no more data"};
    }
    if (!ended_) return {};
    lock.unlock();
    return Finish();
  }

  Result<std::optional<v1::CollectorMessage>> Take() override {
    std::optional<v1::CollectorMessage> message;
    bool resume = false;
    {
      const std::lock_guard lock(mutex_);
      if (messages_.empty() && !ended_) return message;
      if (!messages_.empty()) {
        message = std::move(messages_.front());
        messages_.pop_front();
        resume = std::exchange(paused_, false);
      }
    }
    if (!message) return Finish();
    if (resume) StartRead(&incoming_);
    return message;
  }

  void OnReadDone(bool ok) override {
    bool more = false;
    {
      const std::lock_guard lock(mutex_);
      if (ok) messages_.push_back(std::move(incoming_));
      incoming_.Clear();
      ended_ = ended_ || !ok;
      paused_ = ok && messages_.size() >= kMaxArrived;
      more = ok && !paused_;
    }
    if (more) StartRead(&incoming_);
    arrived_();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    ended_ = ended_ || !ok;
    changed_.notify_all();
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
    writing_ = false;
    done_ = true;
    changed_.notify_all();
  }

 private:
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

  void SetWriting() {
    const std::lock_guard lock(mutex_);
    writing_ = true;
  }

  // Ends the call if it has not ended, and says how it did. A call that the other end has left tells so at once; any
  // other is cancelled, which does not need the network.
  Error Finish() {
    if (!std::exchange(finished_, true)) {
      if (!ended()) context_.TryCancel();
      RemoveHold();
    }
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(1), [this] { return done_; })) {
      lock.unlock();
      context_.TryCancel();
      lock.lock();
      changed_.wait(lock, [this] { return done_; });
    }
    ended_ = true;
    if (status_.ok()) return {ErrorCode::kUnavailable, "the collector closed the connection"};
    // Under TLS 1.3 the other side refuses our certificate when we take the connection for made: it just breaks.
    if (expired_ && status_.error_code() == grpc::StatusCode::UNAVAILABLE) {
      return {ErrorCode::kUnauthenticated,
              "the agent's certificate has expired: run vigie-agent enroll (" + status_.error_message() + ")"};
    }
    return contract::FromStatus(status_);
  }

  const std::function<void()> arrived_;
  const bool expired_;  // our own certificate
  const std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  v1::AgentMessage outgoing_;
  v1::CollectorMessage incoming_;
  bool finished_ = false;  // of the uplink's thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::CollectorMessage> messages_;
  grpc::Status status_;
  bool writing_ = false;
  bool paused_ = false;
  bool ended_ = false;
  bool done_ = false;
};

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const CollectorChannel& channel) {
  if (channel.insecure_loopback) return grpc::InsecureChannelCredentials();
  contract::UseTls13Only();
  return grpc::SslCredentials({channel.ca_pem, channel.key_pem, channel.certificate_pem});
}

bool HasExpired(const CollectorChannel& channel) {
  if (channel.insecure_loopback) return false;
  const auto expiry = credentials::ExpiryOf(channel.certificate_pem);
  return expiry && *expiry <= std::chrono::system_clock::now();
}

}  // namespace

std::unique_ptr<EventStream> GrpcEventStreamFactory::Connect(std::function<void()> arrived) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
                   1);  // no state of a connection that failed: waiting is our back-off's
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(8 << 20);
  const auto channel = grpc::CreateCustomChannel(channel_.address, CredentialsOf(channel_), arguments);
  return std::make_unique<GrpcEventStream>(channel, std::move(arrived), HasExpired(channel_));
}

}  // namespace vigie::agent::uplink
