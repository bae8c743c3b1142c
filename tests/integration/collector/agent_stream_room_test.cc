// What a stream does with a batch that it has read ahead and for which there is no room any more.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/api/agent_stream.h"
#include "tests/integration/collector/agent_client.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

// Keeps batches until a test answers them. Once one has come there is room to read another ahead, and none when that
// has been read.
class SlowIntake final : public Intake {
 public:
  void Greet(AgentPeer, v1::Hello hello, std::function<void(base::Result<AgentIdentity>)> done) override {
    done(AgentIdentity{hello.agent_id(), hello.host(), hello.host()});
  }
  void Submit(AgentIdentity, v1::EventBatch batch, std::function<void(base::Result<v1::Ack>)> done) override {
    const std::lock_guard lock(mutex_);
    sequences_.push_back(batch.events(0).sequence());
    waiting_.push_back(std::move(done));
    changed_.notify_all();
  }
  void SaveHealth(std::string, v1::Heartbeat, std::string) override {}
  AgentWindow Window(std::size_t) const override { return {4000, 8 << 20}; }
  bool HasRoomToSpare() const override {
    const std::lock_guard lock(mutex_);
    if (sequences_.size() != 1) return false;
    changed_.notify_all();
    return asked_after_first_++ == 0;
  }

  void AwaitSubmitted(std::size_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return sequences_.size() >= count; }));
  }
  // It has been read, and there was no room.
  void AwaitParked() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return asked_after_first_ >= 2; }));
  }
  std::vector<std::uint64_t> sequences() const {
    const std::lock_guard lock(mutex_);
    return sequences_;
  }
  void Answer() {
    std::function<void(base::Result<v1::Ack>)> done;
    v1::Ack ack;
    {
      const std::lock_guard lock(mutex_);
      done = std::move(waiting_.front());
      waiting_.pop_front();
      ack.set_sequence(sequences_[answered_++]);
    }
    done(std::move(ack));
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::uint64_t> sequences_;
  std::deque<std::function<void(base::Result<v1::Ack>)>> waiting_;
  std::size_t answered_ = 0;
  mutable int asked_after_first_ = 0;
};

class Streams final : public v1::AgentService::CallbackService {
 public:
  explicit Streams(const api::AgentStreamDeps& deps) : deps_(deps) {}
  grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage>* Connect(
      grpc::CallbackServerContext* context) override {
    return api::AgentStream::Start(deps_, {{}, context->peer()});
  }

 private:
  const api::AgentStreamDeps deps_;
};

TEST(AgentStreamRoom, ABatchThatWasReadAheadWaitsInItsStreamUntilItsTurn) {
  const base::SystemClock clock;
  SlowIntake intake;
  api::AgentSessions sessions(clock);
  api::RefusedPeers refused(clock);
  Streams service({intake, sessions, refused, clock});
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  ASSERT_TRUE(server);
  {
    AgentClient client("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), "agent-1");
    ASSERT_TRUE(client.Hello());
    ASSERT_TRUE(client.AwaitWelcome());
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      ASSERT_TRUE(client.Send({MakeEvent({.sequence = sequence})}));
    }
    intake.AwaitParked();
    EXPECT_EQ(intake.sequences(), std::vector<std::uint64_t>{1});
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      intake.AwaitSubmitted(sequence);
      intake.Answer();
      const auto ack = client.AwaitAck();
      ASSERT_TRUE(ack);
      EXPECT_EQ(ack->sequence(), sequence);
    }
    client.SayGoodBye();
    EXPECT_TRUE(client.Finish().ok());
  }
  server->Shutdown();
}

}  // namespace
}  // namespace vigie::server
