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

  // What it measures, not what comes of it.
  auto Definition() const { return std::tuple(measure, per, window_seconds, over, channel); }
};

struct Suppression {
  std::string rule;
  std::string user;  // "" = any
  base::SystemTime until;
};

struct Policy {
  std::vector<Rule> rules;
  std::vector<Suppression> suppressions;
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
  };
  struct Closed {
    std::uint64_t lowest = 0;
    Rule rule;
  };

  Window WindowOf(const Rule& rule, const std::string& subject) const;
  bool IsSuppressed(const std::string& rule, const Event& event, base::SystemTime now) const;
  bool IsArmed(const Subject& subject, const Rule& rule, const Window& window);
  void Count(const Rule& rule, const std::string& subject, base::SystemTime now);

  Policy policy_;
  std::vector<Event> events_;  // in order of arrival
  std::vector<Incident> incidents_;
  std::map<Subject, std::size_t> open_;
  std::map<std::size_t, std::uint64_t> latest_;  // what an open one's measure was last
  std::map<Subject, Closed> closed_;
};

}  // namespace vigie::server::reference
