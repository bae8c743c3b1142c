#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "server/integrations/outbox_writer.h"
#include "server/store.h"
#include "server/write_lane.h"

namespace vigie::server::integrations {

struct FleetWatchDeps {
  Store& store;
  WriteLane& lane;
  OutboxWriter& writer;
  const base::Clock& clock;
  std::function<std::unordered_set<std::string>()> connected;  // ids of agents
};

// Tells of agents that are away for longer than `unreachable_after`, that they are back, and of gaps: those of an agent
// within a minute in one message. Beyond kMostApart of a kind at one time one message counts them all. What was told is
// kept in the store, so a restart tells nothing twice. An absence counts from the start of this process at the
// earliest.
class FleetWatch {
 public:
  static constexpr std::chrono::seconds kEvery{15};
  static constexpr std::chrono::seconds kGapsSettle{60};
  static constexpr std::size_t kMostApart = 50;
  static constexpr std::size_t kMostAtOnce = 5'000;  // of a kind at one look: others wait for the lane meanwhile

  FleetWatch(FleetWatchDeps deps, std::chrono::nanoseconds unreachable_after);
  ~FleetWatch() { Stop(); }

  // Looks each kEvery, on a thread of its own.
  void Start();
  void Stop();
  base::Result<void> LookOnce();

 private:
  struct Known {
    std::string host;
    base::SystemTime seen_at{};  // zero = never
    bool revoked = false;
  };
  using Notes = std::vector<std::pair<std::string, std::string>>;

  base::Result<void> ReadAgents(base::SystemTime now);
  base::Result<void> TellUnreachable(base::SystemTime now);
  base::Result<void> TellGaps(base::SystemTime now);
  std::vector<HealthChange> AwayOf(base::SystemTime now, const std::unordered_set<std::string>& told) const;
  bool IsAway(const Known& agent, base::SystemTime now) const;
  base::Result<void> Tell(const std::vector<HealthChange>& changes, StoreTransaction& transaction);
  void Work(const std::stop_token& stop);

  const FleetWatchDeps deps_;
  const std::chrono::nanoseconds unreachable_after_;
  const base::SystemTime since_;
  std::uint64_t revision_ = 0;
  std::unordered_map<std::string, Known> agents_;
  std::mutex mutex_;
  std::condition_variable_any stopping_;
  std::jthread thread_;
};

}  // namespace vigie::server::integrations
