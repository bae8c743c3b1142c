#include "server/api/reflection_limit.h"

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

// One stream of gRPC's reflection. Every wait ends after a minute.
class ReflectionStream {
 public:
  ReflectionStream(const std::string& address, const std::string& ca)
      : stub_(grpc::CreateChannel(address, TlsCredentials(ca))) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    call_ =
        stub_.PrepareCall(&context_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &completions_);
  }
  ~ReflectionStream() {
    context_.TryCancel();
    (void)Finish();
    completions_.Shutdown();
    while (Next()) {
    }
  }
  ReflectionStream(const ReflectionStream&) = delete;
  ReflectionStream& operator=(const ReflectionStream&) = delete;

  // Whether it is answered which services there are.
  bool Ask() {
    const std::string list_services = "\x3a\x01*";
    const grpc::Slice slice(list_services);
    const grpc::ByteBuffer question(&slice, 1);
    call_->StartCall(this);
    if (!Next()) return false;
    call_->Write(question, this);
    if (!Next()) return false;
    grpc::ByteBuffer answer;
    call_->Read(&answer, this);
    return Next();
  }
  grpc::StatusCode Finish() {
    if (finished_) return status_.error_code();
    finished_ = true;
    call_->Finish(&status_, this);
    (void)Next();
    return status_.error_code();
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool good = false;
    return completions_.Next(&tag, &good) && good;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue completions_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::Status status_;
  bool finished_ = false;
};

using ReflectionStreams = CollectorTest;

TEST_F(ReflectionStreams, BeyondTheLimitAreCancelledUntilOthersEnd) {
  Start();
  const auto open = [this] { return std::make_unique<ReflectionStream>(address(), state_.ca()); };
  std::vector<std::unique_ptr<ReflectionStream>> streams;
  for (int i = 0; i < api::ReflectionLimit::kMost; ++i) {
    ASSERT_TRUE(streams.emplace_back(open())->Ask()) << i;
  }
  const auto one_more = open();
  EXPECT_FALSE(one_more->Ask());
  EXPECT_EQ(one_more->Finish(), grpc::StatusCode::CANCELLED);
  streams.clear();
  const auto deadline = base::Deadline::After(std::chrono::seconds(30));
  while (!open()->Ask() && !deadline.expired()) std::this_thread::yield();
  EXPECT_FALSE(deadline.expired());
}

}  // namespace
}  // namespace vigie::server
