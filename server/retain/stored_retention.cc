#include "server/retain/stored_retention.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "server/retain/retention_run.h"

namespace vigie::server::retain {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::chrono::milliseconds kLook{10};

}  // namespace

StoredRetention::StoredRetention(StoredRetentionDeps deps, RetentionPlan plan)
    : deps_(std::move(deps)), plan_(std::move(plan)) {
}

StoredRetention::~StoredRetention() {
  Stop();
}

void StoredRetention::Start() {
  if (!plan_.empty()) thread_ = std::thread([this] { Work(); });
}

void StoredRetention::Stop() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

// False once the collector stops.
bool StoredRetention::Wait(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, stop_.get_token(), time, [] { return false; });
  return !stop_.stop_requested();
}

bool StoredRetention::Rest(std::chrono::nanoseconds took) {
  if (took.count() == 0) return !stop_.stop_requested();
  const std::chrono::nanoseconds longest = kLongestRest;
  if (!Wait(std::min(took * kRestFactor, longest))) return false;
  for (int looks = 0; deps_.busy() && looks < kLongestRest / kLook; ++looks) {
    if (!Wait(kLook)) return false;
  }
  return true;
}

Result<v1::RunRetentionResponse> StoredRetention::Run(bool dry_run) {
  if (plan_.empty()) {
    return Error{ErrorCode::kFailedPrecondition, "collector.yaml has no retention: everything is kept"};
  }
  const auto place = runs_.Take();
  if (!place) return Error{ErrorCode::kResourceExhausted, "another run of retention goes on: ask again later"};
  auto store = deps_.store.OpenRetention();
  if (!store) return store.error();
  RetentionRun run({**store, plan_, deps_.record, [this](auto took) { return Rest(took); }}, deps_.clock.Now(),
                   dry_run);
  auto ran = run.All();
  if (!dry_run) Note(ran);
  return ran;
}

void StoredRetention::Note(const Result<v1::RunRetentionResponse>& ran) {
  auto latest = latest_.Lock();
  latest->set_last_error(ran ? "" : ran.error().message);
  if (!ran) return;
  std::uint64_t removed = 0;
  for (const v1::RetentionCount& count : ran->counts()) removed += count.removed();
  latest->set_last_removed(removed);
  *latest->mutable_last_run_at() = contract::ToProto(deps_.clock.Now());
}

v1::RetentionStatus StoredRetention::Status() const {
  v1::RetentionStatus status = *latest_.Lock();
  const auto add = [&](const RetentionPlan::Age& age) {
    v1::RetentionAge& added = *status.add_ages();
    added.set_what(age.what);
    *added.mutable_keep() = contract::ToProto(age.keep);
  };
  for (const RetentionPlan::Age& age : plan_.event_ages()) add(age);
  if (plan_.closed_incidents()) add(*plan_.closed_incidents());
  if (plan_.audit()) add(*plan_.audit());
  return status;
}

void StoredRetention::Work() {
  for (std::chrono::nanoseconds next = kFirstAfter; Wait(next); next = kEvery) {
    const auto ran = Run(false);
    if (!ran) {
      if (ran.error().code != ErrorCode::kCancelled) base::LogError("retention: {}", ran.error().message);
      continue;
    }
    for (const v1::RetentionCount& count : ran->counts()) {
      if (count.removed() > 0) base::LogInfo("retention: {} of {} removed", count.removed(), count.what());
    }
  }
}

}  // namespace vigie::server::retain
