#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"

// The plainest program that could be right about thresholds and incidents: it keeps every event, and looks at all of
// them again for each. It shares no code with the product.
namespace vigie::server::reference {

struct Rule {
  std::string id;
  std::string measure;  // as in a policy
  std::vector<std::string> per;
  std::int64_t window_seconds = 0;
  std::uint64_t over = 0;
  std::string channel;  // "" = any
  std::optional<std::uint64_t> rearm_below = {};
  std::optional<std::uint64_t> rearm_after = {};

  // Of a baseline: 0 = none. It compares with the subject's own days, and with those of the others in the user's group
  // where they are enough.
  std::int64_t history_days = 0;
  std::int64_t at_least = 0;
  std::int64_t deviation = 0;

  // What it measures, not what comes of it.
  auto Definition() const {
    return std::tuple(measure, per, window_seconds, over, channel, history_days, at_least, deviation);
  }
};

struct Suppression {
  std::string rule;
  std::string user;  // "" = any
  base::SystemTime until;
};

struct Policy {
  std::vector<Rule> rules;
  std::vector<Suppression> suppressions;
  std::set<std::string> group = {};  // the users of the only one
};
// The same as a policy file.
std::string YamlOf(const Policy& policy, int version);

struct Event {
  std::string id;
  base::SystemTime at;  // but not after it was received
  base::SystemTime received;
  std::string user, host, process, destination, channel, path;
  std::set<std::uint32_t> customers;
  std::uint64_t bytes = 0;
  std::uint64_t folded = 0;
  bool canary = false;
};

struct Incident {
  std::string rule, subject, state;
  std::uint64_t events = 0;
  std::uint64_t measured = 0;
  std::set<std::uint32_t> customers = {};
  std::vector<std::string> event_ids = {};

  bool operator==(const Incident&) const = default;
};

class Reference {
 public:
  void Use(Policy policy) { policy_ = std::move(policy); }
  void Observe(const Event& event, base::SystemTime now);
  // By its place among those that have opened, from 0.
  void Close(std::size_t number);

  const std::vector<Incident>& incidents() const { return incidents_; }

 private:
  using Subject = std::pair<std::string, std::string>;
  struct Window {
    std::vector<Event> events;  // the one looked for is the last
    bool late = false;
    std::int64_t end = 0;  // its last step
    std::uint64_t limit = 0;
  };
  struct Closed {
    std::uint64_t lowest = 0;
    Rule rule;
  };

  // As it was after the first `count` events.
  Window WindowOf(const Rule& rule, const std::string& subject, std::size_t count) const;
  Window NewestWindow(const Rule& rule, const std::string& subject) const;
  // Days since 1970, and the highest of the measure on each.
  using Days = std::map<std::int64_t, std::uint64_t>;
  struct Histories {
    std::map<std::string, Days> own;  // of every subject
    std::map<std::string, std::string> user;
    std::int64_t newest = 0;
  };
  Histories HistoriesOf(const Rule& rule);
  std::uint64_t LimitOf(const Rule& rule, const std::string& subject, const Window& window);
  bool IsSuppressed(const std::string& rule, const Event& event, base::SystemTime now) const;
  bool IsArmed(const Subject& subject, const Rule& rule, const Window& window);
  void Count(const Rule& rule, const std::string& subject, base::SystemTime now);

  Policy policy_;
  std::vector<Event> events_;  // in order of arrival
  std::vector<Incident> incidents_;
  std::map<Subject, std::size_t> open_;
  std::map<std::size_t, std::uint64_t> latest_;  // what an open one's measure was last
  std::map<Subject, Closed> closed_;
  // What was measured after an event does not change: it is worked out once.
  using Known = std::pair<decltype(Rule().Definition()), std::size_t>;
  std::map<Known, std::pair<std::uint64_t, std::int64_t>> known_;  // the measure and the window's last step
};

}  // namespace vigie::server::reference
