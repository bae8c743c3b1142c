// What every ServiceHost promises (platform/service_host.h).
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "platform/fake/fake_service_host.h"
#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

template <int kSignal>
class Signalled {
 public:
  ServiceHost& host() { return *host_; }
  void AskToStop() { ::kill(::getpid(), kSignal); }

 private:
  std::unique_ptr<ServiceHost> host_ = MakeServiceHost();
};

class Played {
 public:
  ServiceHost& host() { return host_; }
  void AskToStop() { host_.RequestStop(); }

 private:
  FakeServiceHost host_;
};

template <typename Body>
class ServiceHostContract : public ::testing::Test {
 protected:
  Body body_;
};

using Bodies = ::testing::Types<Signalled<SIGTERM>, Signalled<SIGINT>, Played>;
TYPED_TEST_SUITE(ServiceHostContract, Bodies);

TYPED_TEST(ServiceHostContract, DoesNotStopUnasked) {
  EXPECT_FALSE(this->body_.host().stop_token().stop_requested());
  EXPECT_TRUE(this->body_.host().stop_token().stop_possible());
}

TYPED_TEST(ServiceHostContract, StopsWhenItIsAskedTo) {
  this->body_.AskToStop();
  this->body_.host().AwaitStop();
  EXPECT_TRUE(this->body_.host().stop_token().stop_requested());
}

TYPED_TEST(ServiceHostContract, WakesWhoWaitsForTheRequest) {
  std::jthread waiter([this] { this->body_.host().AwaitStop(); });
  this->body_.AskToStop();
  waiter.join();
  EXPECT_TRUE(this->body_.host().stop_token().stop_requested());
}

TYPED_TEST(ServiceHostContract, TakesASecondRequestAsTheFirst) {
  this->body_.AskToStop();
  this->body_.host().AwaitStop();
  this->body_.AskToStop();
  this->body_.host().AwaitStop();
}

TYPED_TEST(ServiceHostContract, MayBeToldOfEachStateOfTheProgram) {
  this->body_.host().Ready("ready");
  this->body_.host().Alive();
  this->body_.host().Stopping();
  EXPECT_FALSE(this->body_.host().stop_token().stop_requested());
}

TYPED_TEST(ServiceHostContract, NeverAllowsFewerDescriptorsThanBefore) {
  const std::uint64_t before = this->body_.host().AllowDescriptors(1);
  EXPECT_GE(before, 1U);
  EXPECT_GE(this->body_.host().AllowDescriptors(before + 1), before);
}

TEST(FakeService, RemembersWhatItWasTold) {
  FakeServiceHost host;
  host.Ready("watching");
  host.Alive();
  host.Alive();
  host.Stopping();
  const auto seen = host.seen();
  EXPECT_EQ(seen.ready, std::vector<std::string>{"watching"});
  EXPECT_EQ(seen.alive, 2U);
  EXPECT_TRUE(seen.stopping);
}

}  // namespace
}  // namespace vigie::platform
