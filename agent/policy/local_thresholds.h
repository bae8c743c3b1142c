#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/policy/channel_block_list.h"
#include "core/policy/compiled_policy.h"
#include "core/threshold/threshold_engine.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::policy {

// The policy's thresholds on the workstation itself, by the collector's own engine, over what this workstation tells:
// those that respond with block_channels and count per user, and besides per host, process or destination at most, and
// have no baseline (the spool does not hold the days that it compares with).
// What a user does on other machines is not known here, so nobody is blocked who would not be by the collector; nor is
// a subject that the policy suppresses, while it does.
//
// A local block begins with the event that takes the user over the threshold (that event carries the threshold's id as
// its rule, unless a rule has stopped it or watches it in shadow). It ends with the first of:
// - a list of the collector that blocks all of these channels for this user: from then on the collector's word counts,
//   and this threshold blocks this subject here no more until an event finds it not over;
// - an event of the subject that finds it not over;
// - one window after the last event that found it over, by the host's clock: everything has left the window then;
// - a policy without this threshold as it was.
// A restart counts again what the spool remembers: what waits for the collector (the latest 4096 events) and the latest
// 1024 that it has; what is older counts no more. A subject that is over by what the collector has is its to block: the
// kept list says whether it does, and an incident that was closed stays so.
// Thread-safe.
class LocalThresholds {
 public:
  LocalThresholds(ChannelBlockList& blocks, const base::Clock& clock) : blocks_(blocks), clock_(clock) {}

  // What was told before, each in the order in which it was told.
  struct Memory {
    std::vector<v1::Event> acknowledged{};  // the collector has these: what they lead to is its to say
    std::vector<v1::Event> waiting{};
  };
  // `policy` may be null. If other thresholds count than before, what `remembered` gives is counted anew.
  void UsePolicy(const vigie::policy::CompiledPolicy* policy, const std::function<Memory()>& remembered);

  // Why the thresholds do not hold here; empty if they do.
  std::string trouble() const { return state_.Lock()->trouble; }

  // Counts an event that is about to be told. Its rule may change.
  void Observe(v1::Event& event);

  // The collector's list has just been replaced.
  void NoteList();

  // Lifts what has run out. Call it now and then.
  void Sweep();

  // True once after a local block began or ended: carriers have to be judged again.
  bool TakeChange();

 private:
  struct Held {
    std::string user;
    const v1::Threshold* threshold = nullptr;  // of the engine's policy
    base::SystemTime last_over{};
    base::SystemTime until{};
    bool active = false;
    bool handed_over = false;
  };
  struct State {
    std::string source{};  // the policy of the engine, serialised
    std::shared_ptr<const vigie::policy::CompiledPolicy> policy{};
    std::optional<threshold::ThresholdEngine> engine{};
    std::map<std::pair<std::string, std::string>, Held> held{};  // threshold and subject
    bool changed = false;
    std::string trouble{};
  };

  enum class Known { kHere, kToTheCollector };
  // The threshold that the event took over, if any.
  const v1::Threshold* Count(State& state, v1::Event& event, Known known);
  const v1::Threshold* Note(State& state, const threshold::Observation& observation, const v1::Event& event);
  bool IsSuppressed(const State& state, const v1::Threshold& threshold, const v1::Activity& activity) const;
  void HandOver(State& state);
  void Publish(State& state);
  void Expire(State& state);

  ChannelBlockList& blocks_;
  const base::Clock& clock_;
  base::Guarded<State> state_;
};

}  // namespace vigie::agent::policy
