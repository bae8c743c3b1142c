#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "server/retention_plan.h"
#include "server/retention_store.h"

namespace vigie::server::retain {

struct RunDeps {
  RetentionStore& store;
  const RetentionPlan& plan;
  // Writes into the audit at once; asked before the first removal.
  std::function<base::Result<void>(v1::AuditEntry)> record;
  // Between two removals: lets others write, for some multiple of `took`. False = stop.
  std::function<bool(std::chrono::nanoseconds took)> rest;
};

// One run: events age by age in order of arrival, then closed incidents, then the audit, then space. An event's age
// counts from when it was received. Each age remembers how far it has come; who is killed in between goes on there. One
// thread, used once.
class RetentionRun {
 public:
  // Holds the store's writing for about this long at a time.
  static constexpr std::chrono::milliseconds kBudget{10};

  RetentionRun(RunDeps deps, base::SystemTime now, bool dry_run) : deps_(deps), now_(now), dry_run_(dry_run) {}

  base::Result<v1::RunRetentionResponse> All();

 private:
  using Placed = RetentionStore::PlacedEvent;

  base::Result<void> LoadProgress();
  base::Result<void> Announce();
  base::Result<void> TakeReleased();
  base::Result<void> Sweep(std::chrono::nanoseconds keep);
  // Those of `events` that are old enough; `all_old` becomes false at the first that is not.
  std::vector<std::int64_t> Victims(const std::vector<Placed>& events, std::chrono::nanoseconds keep, bool& all_old);
  base::Result<void> Remove(const std::vector<std::int64_t>& positions);
  void Count(std::span<const std::int64_t> positions, const std::vector<bool>& held);
  base::Result<void> SaveSweep(std::chrono::nanoseconds keep, std::int64_t passed);
  base::Result<void> TakeIncidents();
  base::Result<void> TakeAudit();
  base::Result<void> GiveSpaceBack();
  v1::RunRetentionResponse Response() const;

  const RunDeps deps_;
  const base::SystemTime now_;
  const bool dry_run_;
  bool announced_ = false;
  v1::RetentionProgress progress_;
  std::map<std::int64_t, std::string> what_;  // of the victims at hand, by position
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t held_ = 0;
  std::chrono::nanoseconds longest_{0};
};

}  // namespace vigie::server::retain
