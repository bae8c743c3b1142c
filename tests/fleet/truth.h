#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/fleet/world.h"

namespace vigie::fleet {

// How far one agent came: the lives it has had, and how many events each brought forth.
struct LifeLength {
  std::uint64_t boot_epoch = 1;
  std::uint64_t produced = 0;
};

// What the collector must know of an agent once everything has arrived.
struct ExpectedAgent {
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t missing = 0;  // skipped sequences that a later one of the same life betrays
};

struct ExpectedIncident {
  std::string rule;
  std::string subject;
  std::uint64_t events = 0;
  std::uint64_t measured = 0;
  std::uint64_t distinct_customers = 0;
};

// What a perfect collector says of a world, worked out in the plainest way and with nothing of the product but the
// messages: everything that happened is in the windows, so an incident is a subject whose total is over.
class Truth {
 public:
  explicit Truth(const World& world) : world_(world) {}

  void AddAgent(std::uint32_t agent, const std::vector<LifeLength>& lives);

  const std::map<std::uint32_t, ExpectedAgent>& agents() const { return agents_; }
  std::vector<ExpectedIncident> Incidents() const;

 private:
  struct Total {
    std::uint64_t events = 0;
    std::set<std::uint32_t> customers;
    std::set<std::string> files;
  };
  void AddEvent(const v1::Event& event);

  const World& world_;
  std::map<std::uint32_t, ExpectedAgent> agents_;
  std::map<std::pair<std::string, std::string>, Total> totals_;  // by rule and subject
};

}  // namespace vigie::fleet
