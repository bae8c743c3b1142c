#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/network_guard.h"

namespace vigie::platform {

// A network that a test makes up. It keeps carriers and pipes as the kernel does, passes being a carrier on as it is
// told of forks and execs, and refuses what a carrier in mode kDeny may not do. The handler is called on the test's
// thread; before Start and after Stop nobody hears it. Thread-safe.
class FakeNetworkGuard final : public NetworkGuard {
 public:
  base::Result<void> Start(NetworkHandler& handler) override;
  void Stop() override;
  base::Result<void> Watch(ProcessId process, CarrierMode mode) override;
  void Release(ProcessId process) override;
  base::Result<void> WatchPipe(std::uint64_t pipe_inode, CarrierMode mode) override;
  base::Result<void> AllowDestinations(const std::vector<AddressRange>& ranges) override;
  SensorCounts counts() const override;
  std::vector<std::string> degradations() const override;

  // What the processes of the test do. `input_pipe` and `output_pipe` are 0 for none.
  void Fork(ProcessId parent, ProcessId child);
  void Execute(ProcessId process, std::uint64_t input_pipe, std::uint64_t output_pipe);
  void End(ProcessId process);
  struct Sending {
    ProcessId process;
    Transport transport = Transport::kTcp;
    IpAddress address{};
    std::uint16_t port = 0;
    std::uint32_t uid = 0;
  };
  // Whether it may. Tells the attempt if the process is a carrier.
  bool Connect(const Sending& sending);
  // Tells it if its process is a carrier.
  void EmitTraffic(const ConnectionTraffic& traffic);
  void EmitGap(std::string reason);

  // What the owner asked for, and what came of it.
  std::optional<CarrierMode> ModeOf(ProcessId process) const;
  std::optional<CarrierMode> ModeOfPipe(std::uint64_t pipe_inode) const;
  std::vector<AddressRange> allowed() const;

  // The next calls of Start, Watch, WatchPipe and AllowDestinations fail with this, until nothing is set.
  void FailWith(std::optional<base::Error> error);
  void SetDegradations(std::vector<std::string> degradations);

 private:
  struct Pipes {
    std::uint64_t input = 0;
    std::uint64_t output = 0;
  };
  struct State {
    NetworkHandler* handler = nullptr;
    bool stopped = false;
    std::uint64_t connections = 0;
    std::map<ProcessId, CarrierMode> carriers;
    std::map<ProcessId, Pipes> pipes_of;
    std::map<std::uint64_t, CarrierMode> pipes;
    std::vector<AddressRange> allowed;
    std::optional<base::Error> failure;
    std::vector<std::string> degradations;
    SensorCounts counts;
  };

  // The handler to call, once the event was counted; with mutex_.
  NetworkHandler* Count();
  // Whose standard input is a watched pipe becomes a carrier, whose output then is one, and so on; with mutex_.
  std::vector<PipeReader> FollowPipes();
  bool IsAllowed(const Sending& sending) const;
  void Tell(const std::vector<PipeReader>& readers);

  mutable std::mutex mutex_;
  State state_;
};

}  // namespace vigie::platform
