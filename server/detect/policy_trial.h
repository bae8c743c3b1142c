#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "core/threshold/subject_hash.h"
#include "server/detect/raised_incidents.h"
#include "server/detection.h"
#include "server/event_reader.h"

namespace vigie::server::detect {

// What a user on a host was refused by one rule.
struct Refusals {
  std::uint64_t events = 0;
  base::SystemTime first{};
  base::SystemTime last{};
  std::set<v1::Channel> channels;
};

// One policy over stored events, as if it had been in force when they came and nobody had closed an incident. Time is
// when each was received. An event counts although it would have been refused: agents report what they refuse. Not
// thread-safe.
class PolicyTrial final : private RaisedIncidents::Keeper {
 public:
  // `reader` outlives it and holds the events.
  PolicyTrial(std::shared_ptr<const policy::CompiledPolicy> policy, EventReader& reader);

  base::Result<void> Observe(const v1::Event& event);

  const std::map<RaisedIncidents::Subject, OpenIncident>& incidents() const { return raised_.open(); }
  using Refused = std::tuple<std::string, std::string, std::string>;  // user, host, rule
  // Is looked up without making a key, and by hash: with incidents that block, for most of the events that follow.
  struct RefusedHash {
    using is_transparent = void;
    template <typename Key>
    std::size_t operator()(const Key& key) const noexcept {
      const auto& [user, host, rule] = key;
      return hasher.Short(user) ^ std::rotl(hasher.Short(host), 1) ^ std::rotl(hasher.Short(rule), 2);
    }
    threshold::SubjectHasher hasher;
  };
  using Refusing = std::unordered_map<Refused, Refusals, RefusedHash, std::equal_to<>>;
  const Refusing& refused() const { return refused_; }

 private:
  struct Block {
    BlockOrder order;
    std::string rule;
  };

  base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) override;
  base::Result<std::string> NextIncidentId() override;
  base::Result<void> Opened(OpenIncident& incident) override;
  base::SystemTime Now() const override { return now_; }
  bool KeepsEventIds() const override { return false; }
  bool NeedsMeasures() const override { return false; }

  // As an agent would have judged it; what an open incident refuses bears the rule of the incident.
  policy::Decision Judge(const v1::Event& event) const;
  void CountRefusal(const v1::Event& event, const std::string& rule);

  const std::shared_ptr<const policy::CompiledPolicy> policy_;
  EventReader& reader_;
  RaisedIncidents raised_;
  std::unordered_map<std::string, std::vector<Block>> blocks_;  // by user
  Refusing refused_;
  std::uint64_t incidents_ = 0;
  base::SystemTime now_{};
};

}  // namespace vigie::server::detect
