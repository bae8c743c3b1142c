#include "server/detect/stored_backtest.h"

#include <algorithm>
#include <set>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"
#include "server/detect/policy_trial.h"
#include "server/event_columns.h"

namespace vigie::server::detect {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Response = v1::BacktestPolicyResponse;

constexpr std::uint64_t kEventsBetweenLooks = 256;
constexpr std::chrono::milliseconds kBetweenMessages{200};

Error Cancelled() {
  return {ErrorCode::kCancelled, "who asked has gone"};
}

// Policies that do the same are tried once.
bool DoTheSame(const v1::Policy& one, const v1::Policy& other) {
  v1::Policy first = one;
  v1::Policy second = other;
  first.clear_version();
  second.clear_version();
  return first.SerializeAsString() == second.SerializeAsString();
}

v1::BacktestSide SideOf(bool tested, bool in_force) {
  if (tested && in_force) return v1::BACKTEST_SIDE_BOTH;
  return tested ? v1::BACKTEST_SIDE_NEW : v1::BACKTEST_SIDE_IN_FORCE;
}

v1::Incident Told(const OpenIncident& open) {
  v1::Incident told = WithoutDetails(open.Kept());
  told.clear_id();
  told.clear_latest_measured();  // serves who closes it; not exact here
  return told;
}

template <typename Map>
const typename Map::mapped_type* Find(const Map* entries, const typename Map::key_type& key) {
  if (entries == nullptr) return nullptr;
  const auto found = entries->find(key);
  return found == entries->end() ? nullptr : &found->second;
}

// Each key of either, once, in order.
template <typename Map>
std::set<typename Map::key_type> KeysOf(const Map& one, const Map* other) {
  std::set<typename Map::key_type> keys;
  for (const auto& [key, value] : one) keys.insert(key);
  if (other == nullptr) return keys;
  for (const auto& [key, value] : *other) keys.insert(key);
  return keys;
}

class TwoTrials {
 public:
  TwoTrials(const BacktestQuestion& question, EventReader& reader, const base::Clock& clock)
      : clock_(clock), tested_(question.tested, reader) {
    summary_.set_version(question.tested->source().version());
    if (!question.in_force) return;
    summary_.set_in_force_version(question.in_force->source().version());
    same_ = DoTheSame(question.tested->source(), question.in_force->source());
    if (!same_) in_force_.emplace(question.in_force, reader);
  }

  Result<void> Observe(const v1::Event& event, const ReadProgress& progress, const Backtest::Tell& tell) {
    const base::SystemTime at = TimeOf(event);
    from_ = summary_.events() == 0 ? at : std::min(from_, at);
    until_ = summary_.events() == 0 ? at : std::max(until_, at);
    summary_.set_events(summary_.events() + 1);
    if (summary_.events() % kEventsBetweenLooks == 0 && !TellProgress(progress, tell)) return Cancelled();
    if (auto observed = tested_.Observe(event); !observed) return observed;
    return in_force_ ? in_force_->Observe(event) : Result<void>();
  }

  // Counts only: who is in them is for who asked.
  void Log() const {
    base::LogInfo("backtest of policy {} asked for: {} events, {} incidents, {} refusing rules of users",
                  summary_.version(), summary_.events(), tested_.incidents().size(), tested_.refused().size());
  }

  Result<void> TellResult(const Backtest::Tell& tell) {
    if (TellIncidents(tell) && TellBlocks(tell) && TellSummary(tell)) return {};
    return Cancelled();
  }

 private:
  bool TellProgress(const ReadProgress& progress, const Backtest::Tell& tell) {
    const base::SteadyTime now = clock_.SteadyNow();
    if (now - told_ < kBetweenMessages) return true;
    told_ = now;
    Response response;
    response.mutable_progress()->set_events(progress.passed);
    response.mutable_progress()->set_of(progress.of);
    return tell(response);
  }

  bool TellIncidents(const Backtest::Tell& tell) const {
    const auto* others = same_ ? &tested_.incidents() : in_force_ ? &in_force_->incidents() : nullptr;
    for (const auto& subject : KeysOf(tested_.incidents(), others)) {
      const OpenIncident* mine = Find(&tested_.incidents(), subject);
      const OpenIncident* other = Find(others, subject);
      Response response;
      v1::BacktestIncident& incident = *response.mutable_incident();
      incident.set_side(SideOf(mine != nullptr, other != nullptr));
      if (mine != nullptr) *incident.mutable_tested() = Told(*mine);
      if (other != nullptr) *incident.mutable_in_force() = Told(*other);
      if (!tell(response)) return false;
    }
    return true;
  }

  bool TellBlocks(const Backtest::Tell& tell) const {
    const auto* others = same_ ? &tested_.refused() : in_force_ ? &in_force_->refused() : nullptr;
    for (const auto& key : KeysOf(tested_.refused(), others)) {
      const Refusals* mine = Find(&tested_.refused(), key);
      const Refusals* other = Find(others, key);
      Response response;
      v1::BacktestBlock& block = *response.mutable_block();
      block.set_side(SideOf(mine != nullptr, other != nullptr));
      block.set_tested(mine == nullptr ? 0 : mine->events);
      block.set_in_force(other == nullptr ? 0 : other->events);
      Describe(key, mine == nullptr ? *other : *mine, block);
      if (!tell(response)) return false;
    }
    return true;
  }

  static void Describe(const PolicyTrial::Refused& key, const Refusals& refusals, v1::BacktestBlock& block) {
    block.set_user(std::get<0>(key));
    block.set_host(std::get<1>(key));
    block.set_rule(std::get<2>(key));
    for (const v1::Channel channel : refusals.channels) block.add_channels(channel);
    *block.mutable_first_at() = contract::ToProto(refusals.first);
    *block.mutable_last_at() = contract::ToProto(refusals.last);
  }

  bool TellSummary(const Backtest::Tell& tell) const {
    Response response;
    v1::BacktestSummary& summary = *response.mutable_summary();
    summary = summary_;
    if (summary_.events() == 0) return tell(response);
    *summary.mutable_from() = contract::ToProto(from_);
    *summary.mutable_until() = contract::ToProto(until_);
    return tell(response);
  }

  const base::Clock& clock_;
  PolicyTrial tested_;
  std::optional<PolicyTrial> in_force_;
  bool same_ = false;
  v1::BacktestSummary summary_;
  base::SystemTime from_{};
  base::SystemTime until_{};
  base::SteadyTime told_{};
};

}  // namespace

Result<void> StoredBacktest::Run(const BacktestQuestion& question, const Tell& tell) {
  const auto place = places_.Take();
  if (!place) return Error{ErrorCode::kResourceExhausted, "another backtest runs: ask again when it has ended"};
  const auto reader = store_.OpenEvents();
  if (!reader) return reader.error();
  TwoTrials run(question, **reader, clock_);
  auto read = (*reader)->EachEvent(
      question.since, EventParts::kJudged,
      [&](const v1::Event& event, const ReadProgress& progress) { return run.Observe(event, progress, tell); });
  if (!read) return read;
  run.Log();
  return run.TellResult(tell);
}

}  // namespace vigie::server::detect
