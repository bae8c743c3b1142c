#include "agent/carrier_guard.h"

#include <utility>

#include "agent/enforce/enforcer.h"
#include "platform/base/logging.h"

namespace vigie::agent {

using platform::CarrierMode;

namespace {

constexpr std::size_t kMostWatched = 16384;

}  // namespace

v1::Activity CarrierGuard::ConnectionOf(const platform::ProcessDescription& process,
                                        const lineage::Taint& taint) const {
  platform::FileEvent event;
  event.path = taint.source_path;
  event.process = process.id;
  event.at = parts_.clock.Now();
  event.steady_at = parts_.clock.SteadyNow();
  v1::Activity activity = parts_.classifier.Classify({.event = event, .process = process});
  activity.set_kind(v1::ACTIVITY_KIND_CONNECT);
  activity.set_channel(v1::CHANNEL_NETWORK_TRANSFER);
  activity.clear_destination();
  return activity;
}

CarrierMode CarrierGuard::Watch(const platform::ProcessDescription& process, const lineage::Taint& taint) {
  const std::scoped_lock one_at_a_time(one_at_a_time_);
  const auto judged = parts_.policy.Judge(ConnectionOf(process, taint), taint.inspection);
  const CarrierMode mode = enforce::Stops(judged.decision) ? CarrierMode::kDeny : CarrierMode::kReport;
  Change change{.mode = mode, .places = parts_.places ? parts_.places->RefusedTo(process, taint) : 0};
  {
    auto watched = watched_.Lock();
    Watched& entry = Entry(*watched, process.id);
    const bool is_new = !std::exchange(entry.carries, true);
    if (!is_new && entry.mode == mode && entry.places == change.places) return mode;
    change.milder = !is_new && entry.mode == CarrierMode::kDeny && mode == CarrierMode::kReport;
    change.other_places = entry.places != change.places;
    entry.mode = mode;
    entry.places = change.places;
  }
  Apply(process.id, change);
  return mode;
}

// Bounded even if processes are made faster than their ends are told.
CarrierGuard::Watched& CarrierGuard::Entry(std::map<platform::ProcessId, Watched>& watched,
                                           platform::ProcessId process) {
  if (watched.size() >= kMostWatched && !watched.contains(process)) watched.erase(watched.begin());
  return watched[process];
}

// The kernel's mode grows stricter only: a milder one begins anew, and then of the places nothing is known any more.
void CarrierGuard::Apply(platform::ProcessId process, const Change& change) {
  if (parts_.network != nullptr) {
    if (change.milder) parts_.network->Release(process);
    Count(parts_.network->Watch(process, change.mode));
  }
  const bool anew = change.milder && change.places != 0;
  if (parts_.places == nullptr || !(anew || change.other_places)) return;
  if (parts_.places->Refuse(process, change.places)) return;
  auto watched = watched_.Lock();
  if (const auto known = watched->find(process); known != watched->end())
    known->second.places = 0;  // to be tried again
}

void CarrierGuard::WatchPipe(std::uint64_t pipe, CarrierMode mode) {
  if (parts_.network != nullptr) Count(parts_.network->WatchPipe(pipe, mode));
}

void CarrierGuard::Adopt(platform::ProcessId parent, platform::ProcessId child) {
  const std::scoped_lock one_at_a_time(one_at_a_time_);
  Change change;
  {
    auto watched = watched_.Lock();
    const auto known = watched->find(parent);
    if (known == watched->end() || !known->second.carries) return;
    const Watched parents = known->second;
    Watched& adopted = Entry(*watched, child);
    adopted.carries = true;
    adopted.transfer_told = adopted.transfer_told || parents.transfer_told;
    if (adopted.mode != CarrierMode::kDeny) adopted.mode = parents.mode;
    change.mode = adopted.mode;
    change.places = adopted.places | parents.places;
    change.other_places = change.places != adopted.places;
    adopted.places = change.places;
  }
  Apply(child, change);
}

void CarrierGuard::Release(platform::ProcessId process) {
  const std::scoped_lock one_at_a_time(one_at_a_time_);
  bool refused = false;
  {
    auto watched = watched_.Lock();
    const auto known = watched->find(process);
    if (known == watched->end() || !known->second.carries || known->second.released) return;
    known->second.released = true;
    refused = known->second.places != 0;
  }
  if (refused && parts_.places != nullptr) parts_.places->Refuse(process, 0);
  if (parts_.network != nullptr) parts_.network->Release(process);
}

void CarrierGuard::Sweep(const std::function<bool(platform::ProcessId)>& carries) {
  std::vector<platform::ProcessId> gone;
  for (auto watched = watched_.Lock(); const auto& [process, state] : *watched) gone.push_back(process);
  std::erase_if(gone, carries);
  for (const platform::ProcessId process : gone) Release(process);
  auto watched = watched_.Lock();
  for (const platform::ProcessId process : gone) watched->erase(process);
}

void CarrierGuard::NoteTransferTold(platform::ProcessId process) {
  Entry(*watched_.Lock(), process).transfer_told = true;
}

bool CarrierGuard::TransferTold(platform::ProcessId process) const {
  auto watched = watched_.Lock();
  const auto known = watched->find(process);
  return known != watched->end() && known->second.transfer_told;
}

// One line for the first: a kernel without the means would flood the log.
void CarrierGuard::Count(const base::Result<void>& done) {
  if (!done && done.error().code == base::ErrorCode::kNotFound) return;  // it has ended, and sends nothing any more
  if (!done && failures_++ == 0) base::LogError("a carrier's network is not watched: {}", done.error().message);
}

}  // namespace vigie::agent
