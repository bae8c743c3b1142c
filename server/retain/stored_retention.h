#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "platform/base/guarded.h"
#include "server/long_reads.h"
#include "server/retention.h"
#include "server/retention_plan.h"
#include "server/store.h"

namespace vigie::server::retain {

struct StoredRetentionDeps {
  Store& store;
  const base::Clock& clock;
  std::function<base::Result<void>(v1::AuditEntry)> record;
  std::function<bool()> busy;  // somebody waits for the store
};

// Runs by itself, an hour after an hour, and when it is asked to. Thread-safe.
class StoredRetention final : public Retention {
 public:
  static constexpr std::chrono::minutes kFirstAfter{1};
  static constexpr std::chrono::hours kEvery{1};
  // After each removal others have the store for this many times as long, and longer while somebody waits, but not for
  // ever: what must go, must go.
  static constexpr int kRestFactor = 4;
  static constexpr std::chrono::seconds kLongestRest{1};

  StoredRetention(StoredRetentionDeps deps, RetentionPlan plan);
  ~StoredRetention() override;

  const RetentionPlan& plan() const { return plan_; }
  base::Result<v1::RunRetentionResponse> Run(bool dry_run) override;
  v1::RetentionStatus Status() const override;
  // Begins to run by itself, if anything is configured.
  void Start();
  // Ends a run between two removals.
  void Stop();

 private:
  void Note(const base::Result<v1::RunRetentionResponse>& ran);
  void Work();
  bool Rest(std::chrono::nanoseconds took);
  bool Wait(std::chrono::nanoseconds time);

  const StoredRetentionDeps deps_;
  const RetentionPlan plan_;
  LongReads runs_{1};
  base::Guarded<v1::RetentionStatus> latest_;  // without the ages
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::thread thread_;
};

}  // namespace vigie::server::retain
