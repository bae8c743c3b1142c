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
// those that respond with block_channels and count per user, and besides per host, process or destination at most.
// What a user does on other machines is not known here, so nobody is blocked who would not be by the collector.
//
// A local block begins with the event that takes the user over the threshold (that event carries the threshold's id as
// its rule, unless a rule has stopped it or watches it in shadow). It ends with the first of:
// - a list of the collector that blocks all of these channels for this user: from then on the collector's word counts,
//   and this threshold blocks this subject here no more until an event finds it not over;
// - an event of the subject that finds it not over;
// - one window after the last event that found it over, by the host's clock: everything has left the window then;
// - a policy without this threshold as it was.
// A restart counts again what the spool remembers: what waits for the collector (the latest 4096 events) and the latest
// 1024 that it has; what is older counts no more, and what was handed over is so still if the kept list says so.
// Thread-safe.
class LocalThresholds {
 public:
  LocalThresholds(ChannelBlockList& blocks, const base::Clock& clock) : blocks_(blocks), clock_(clock) {}

  // `policy` may be null. If other thresholds count than before, what `remembered` gives is counted anew.
  void UsePolicy(const vigie::policy::CompiledPolicy* policy,
                 const std::function<std::vector<v1::Event>()>& remembered);

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
  };

  // The threshold that the event took over, if any.
  const v1::Threshold* Count(State& state, v1::Event& event);
  const v1::Threshold* Note(State& state, const threshold::Observation& observation, const v1::Event& event);
  void HandOver(State& state);
  void Publish(State& state);
  void Expire(State& state);

  ChannelBlockList& blocks_;
  const base::Clock& clock_;
  base::Guarded<State> state_;
};

}  // namespace vigie::agent::policy
