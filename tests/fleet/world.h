#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "vigie/v1/event.pb.h"

// The invented site that the simulator plays. Everything follows from the plan: the event of a name is always the same,
// so that it can be sent again after a loss, and the truth needs no list of what was sent.
namespace vigie::fleet {

struct WorldPlan {
  std::uint64_t seed = 1;
  std::uint32_t agents = 100;
  std::uint32_t customers = 1'000'000;
  bool hostile = false;              // one event in 200 breaks the contract, one sequence in 200 is never sent
  std::chrono::hours clock_error{};  // hosts' clocks are wrong by up to so much, anew in each life
  std::uint32_t probe_every = 0;     // each so manieth event of an agent raises an incident by itself; 0 = none does
};

// Which event: of which agent (from 0), life and place in it (from 1).
struct EventName {
  std::uint32_t agent = 0;
  std::uint64_t boot_epoch = 1;
  std::uint64_t sequence = 1;
};

enum class Fate {
  kAccepted,
  kRefused,  // by the collector: it breaks the contract
  kSkipped,  // never sent, as by a workstation that lost it
};

// A value that only reads: thread-safe.
class World {
 public:
  explicit World(const WorldPlan& plan) : plan_(plan) {}

  const WorldPlan& plan() const { return plan_; }
  Fate FateOf(const EventName& name) const;
  bool IsProbe(const EventName& name) const;
  // Sent before its turn after an outage, as a spool does with its gravest events.
  bool IsUrgent(const EventName& name) const;
  // As the agent `agent_id` sends it. `at` is the true time; the host's clock may say another.
  v1::Event Make(const EventName& name, const std::string& agent_id, base::SystemTime at) const;

  static std::string HostOf(std::uint32_t agent);
  // Ten users work on eleven hosts, so that some thresholds count over two.
  std::string UserOf(std::uint32_t agent) const;
  std::chrono::nanoseconds ClockErrorOf(std::uint32_t agent, std::uint64_t boot_epoch) const;

  // The user of a probe; nobody else has this name.
  static std::string ProbeUser(const EventName& name);
  static bool IsProbeUser(std::string_view user);

  // The thresholds whose incidents Truth expects, as a policy file. Their windows are longer than any clock error.
  static std::string PolicyText(std::uint32_t version);

 private:
  void SetActivity(const EventName& name, base::SystemTime at, v1::Event& event) const;
  void SetCustomers(const EventName& name, v1::Event& event) const;
  void Break(const EventName& name, v1::Event& event) const;

  const WorldPlan plan_;
};

}  // namespace vigie::fleet
