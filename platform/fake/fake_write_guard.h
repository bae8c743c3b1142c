#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/write_guard.h"

namespace vigie::platform {

// Outgoing places that a test makes up. It refuses as the kernel does, passes what is refused on as it is told of
// forks, and tells it on the test's thread; before Start and after Stop nobody hears it. Thread-safe.
class FakeWriteGuard final : public WriteGuard {
 public:
  base::Result<void> Start(WriteHandler& handler) override;
  void Stop() override;
  base::Result<void> SetPlaces(const std::vector<std::uint64_t>& devices) override;
  base::Result<void> Refuse(ProcessId process, PlaceSet places) override;
  SensorCounts counts() const override;
  std::vector<std::string> degradations() const override;

  // What the processes of the test do.
  void Fork(ProcessId parent, ProcessId child);
  // Whether it may. Tells it if not.
  bool Write(const RefusedWrite& wanted);
  void EmitGap(std::string reason);

  // What the owner asked for.
  PlaceSet RefusedTo(ProcessId process) const;
  std::vector<std::uint64_t> places() const;

  // The next calls of Start, SetPlaces and Refuse fail with this, until nothing is set.
  void FailWith(std::optional<base::Error> error);
  void SetDegradations(std::vector<std::string> degradations);

 private:
  bool MayWrite(const RefusedWrite& wanted) const;

  struct State {
    WriteHandler* handler = nullptr;
    bool stopped = false;
    std::vector<std::uint64_t> devices;
    std::map<ProcessId, PlaceSet> refused;
    std::optional<base::Error> failure;
    std::vector<std::string> degradations;
    SensorCounts counts;
  };
  mutable std::mutex mutex_;
  State state_;
};

}  // namespace vigie::platform
