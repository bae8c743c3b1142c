#include "platform/linux/missing_write_guard.h"

#include <utility>

namespace vigie::platform {
namespace {

// The write guard of a machine that cannot have one.
class MissingWriteGuard final : public WriteGuard {
 public:
  explicit MissingWriteGuard(base::Error reason) : reason_(std::move(reason)) {}

  base::Result<void> Start(WriteHandler&) override { return reason_; }
  void Stop() override {}
  base::Result<void> SetPlaces(const std::vector<std::uint64_t>&) override { return reason_; }
  base::Result<void> Refuse(ProcessId, PlaceSet) override { return reason_; }
  SensorCounts counts() const override { return {}; }
  std::vector<std::string> degradations() const override {
    return {"the kernel refuses carriers no writes (" + reason_.message + ")"};
  }

 private:
  const base::Error reason_;
};

}  // namespace

std::unique_ptr<WriteGuard> MakeMissingWriteGuard(base::Error reason) {
  return std::make_unique<MissingWriteGuard>(std::move(reason));
}

}  // namespace vigie::platform
