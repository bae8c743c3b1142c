#include <unistd.h>

#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "platform/fake/fake_network_guard.h"
#include "platform/linux/linux_platform.h"
#include "tests/contract/kernel_sensors/loopback_server.h"
#include "tests/contract/kernel_sensors/network_world.h"
#include "tests/contract/kernel_sensors/python_actor.h"

namespace vigie::test {
namespace {

using platform::ProcessId;

class FakeNetworkWorld final : public NetworkWorld {
 public:
  platform::NetworkGuard& guard() override { return guard_; }
  ProcessId Begin() override { return last_ = {++pids_, 7}; }

  ProcessId Fork() override {
    const ProcessId child{++pids_, 8};
    guard_.Fork(last_, child);
    return child;
  }

  Reader BeginReader() override {
    const ProcessId reader{++pids_, 9};
    guard_.Execute(reader, kPipe, 0);
    return {reader, kPipe};
  }

  std::uint16_t port() const override { return 443; }
  bool Connect(ProcessId process, const std::string& address) override {
    return guard_.Connect({.process = process, .address = ParseAddress(address), .port = port()});
  }

 private:
  static constexpr std::uint64_t kPipe = 815;
  platform::FakeNetworkGuard guard_;
  ProcessId last_;
  std::int32_t pids_ = 1 << 22;
};

class BpfNetworkWorld final : public NetworkWorld {
 public:
  explicit BpfNetworkWorld(std::unique_ptr<platform::NetworkGuard> guard, std::string skip_reason)
      : guard_(std::move(guard)), skip_reason_(std::move(skip_reason)) {}

  std::string SkipReason() const override { return skip_reason_; }
  platform::NetworkGuard& guard() override { return *guard_; }

  ProcessId Begin() override {
    actors_.push_back(std::make_unique<PythonActor>());
    actors_.back()->Do("0");  // it runs
    return actors_.back()->id();
  }

  ProcessId Fork() override {
    parents_[child_ = actors_.back()->Fork()] = actors_.back().get();
    return child_;
  }

  Reader BeginReader() override {
    Begin();
    return {actors_.back()->id(), actors_.back()->input_pipe()};
  }

  std::uint16_t port() const override { return server_.port(); }

  bool Connect(ProcessId process, const std::string& address) override {
    const std::string call = "connect('c', '" + address + "', " + std::to_string(port()) + ")";
    std::string answer;
    for (const auto& actor : actors_) {
      if (actor->id() == process) answer = actor->Do(call);
    }
    if (const auto parent = parents_.find(process); parent != parents_.end()) answer = parent->second->DoInChild(call);
    if (answer != "ok" && answer != "E1") std::abort();  // EPERM, and no other reason
    return answer == "ok";
  }

 private:
  std::unique_ptr<platform::NetworkGuard> guard_;
  const std::string skip_reason_;
  LoopbackServer server_{LoopbackServer::Kind::kTcp, "::"};
  std::vector<std::unique_ptr<PythonActor>> actors_;
  std::map<ProcessId, PythonActor*> parents_;
  ProcessId child_;
};

}  // namespace

std::unique_ptr<NetworkWorld> MakeFakeNetworkWorld() {
  return std::make_unique<FakeNetworkWorld>();
}

std::unique_ptr<NetworkWorld> MakeBpfNetworkWorld() {
  if (::geteuid() != 0) return std::make_unique<BpfNetworkWorld>(nullptr, "needs root");
  auto guard = platform::MakeNetworkGuard(platform::LoadKernelPrograms());
  std::string reason;
  if (const auto usable = guard->AllowDestinations({}); !usable) reason = usable.error().message;
  return std::make_unique<BpfNetworkWorld>(std::move(guard), std::move(reason));
}

}  // namespace vigie::test
