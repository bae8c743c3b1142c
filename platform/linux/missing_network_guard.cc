#include "platform/linux/proc_connector.h"

namespace vigie::platform {
namespace {

// The network guard of a machine that cannot have one.
class MissingNetworkGuard final : public NetworkGuard {
 public:
  explicit MissingNetworkGuard(base::Error reason) : reason_(std::move(reason)) {}

  base::Result<void> Start(NetworkHandler&) override { return reason_; }
  void Stop() override {}
  base::Result<void> Watch(ProcessId, CarrierMode) override { return reason_; }
  void Release(ProcessId) override {}
  base::Result<void> WatchPipe(std::uint64_t, CarrierMode) override { return reason_; }
  base::Result<void> AllowDestinations(const std::vector<AddressRange>&) override { return reason_; }
  SensorCounts counts() const override { return {}; }
  std::vector<std::string> degradations() const override {
    return {"what carriers send over the network is neither seen nor stopped (" + reason_.message + ")"};
  }

 private:
  const base::Error reason_;
};

}  // namespace

std::unique_ptr<NetworkGuard> MakeMissingNetworkGuard(base::Error reason) {
  return std::make_unique<MissingNetworkGuard>(std::move(reason));
}

}  // namespace vigie::platform
