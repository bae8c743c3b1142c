#include "tests/integration/uplink/unsteady_collector.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

namespace vigie::agent::uplink {

UnsteadyCollector::UnsteadyCollector(std::uint32_t seed, std::shared_ptr<grpc::ServerCredentials> tls)
    : credentials_(tls ? std::move(tls) : grpc::InsecureServerCredentials()), random_(seed) {
  Start();
}

UnsteadyCollector::~UnsteadyCollector() {
  Stop();
}

void UnsteadyCollector::Calm() {
  const std::lock_guard lock(mutex_);
  calm_ = true;
}

void UnsteadyCollector::Stop() {
  if (server_) server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
}

void UnsteadyCollector::Start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), credentials_, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  ASSERT_TRUE(server_);
}

UnsteadyCollector::Kept UnsteadyCollector::kept() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

bool UnsteadyCollector::Happens(double share) {
  const std::lock_guard lock(mutex_);
  random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return !calm_ && static_cast<double>(random_ >> 33) / static_cast<double>(1ULL << 31) < share;
}

void UnsteadyCollector::Keep(const v1::EventBatch& batch) {
  const std::lock_guard lock(mutex_);
  for (const std::string& bytes : batch.encoded()) {
    v1::Event event;
    ASSERT_TRUE(event.ParseFromString(bytes));
    std::uint64_t& mark = kept_.high_water[event.boot_epoch()];
    if (event.sequence() <= mark) {
      ++kept_.repeats;
      continue;
    }
    if (event.sequence() != mark + 1) ++kept_.holes;
    mark = event.sequence();
    kept_.paths.push_back(event.activity().file().path());
  }
}

grpc::Status UnsteadyCollector::Connect(grpc::ServerContext*,
                                        grpc::ServerReaderWriter<v1::CollectorMessage, v1::AgentMessage>* stream) {
  const grpc::Status away(grpc::StatusCode::UNAVAILABLE, "dropped");
  {
    const std::lock_guard lock(mutex_);
    ++kept_.connections;
  }
  v1::AgentMessage message;
  if (!stream->Read(&message) || !message.has_hello()) return {grpc::StatusCode::INVALID_ARGUMENT, "no hello"};
  if (Happens(0.1)) return away;
  v1::CollectorMessage welcome;
  welcome.mutable_welcome()->set_credits(50);
  stream->Write(welcome);
  while (stream->Read(&message)) {
    if (!message.has_batch()) continue;
    if (Happens(0.15)) return away;
    Keep(message.batch());
    if (Happens(0.15)) return away;
    v1::CollectorMessage ack;
    ack.mutable_ack()->set_boot_epoch(message.batch().boot_epoch());
    ack.mutable_ack()->set_sequence(*message.batch().sequences().rbegin());
    ack.mutable_ack()->set_credits(static_cast<std::uint32_t>(message.batch().encoded_size()));
    stream->Write(ack);
  }
  return grpc::Status::OK;
}

}  // namespace vigie::agent::uplink
