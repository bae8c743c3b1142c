#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"

namespace vigie::fleet {

struct Percentiles {
  std::uint64_t samples = 0;
  double p50 = 0;  // milliseconds
  double p99 = 0;
};

// From the loss of the first connection until everybody was back.
struct Outage {
  double seconds = 0;
  std::uint64_t lost_connections = 0;
};

// What the simulator sees of the collector. Thread-safe.
class Measurements {
 public:
  Measurements(const base::Clock& clock, std::uint64_t agents) : clock_(clock), agents_(agents) {}

  void NoteConnected();
  void NoteLost(const std::string& reason);
  // An attempt that did not get as far as a welcome.
  void NoteRefused(const std::string& reason) { ++state_.Lock()->losses[reason]; }
  void NoteAcknowledged(std::uint64_t events, base::SteadyTime sent);
  void NoteRejected(std::uint64_t events);
  void NoteAhead(std::uint64_t events) { state_.Lock()->ahead += events; }
  void NoteProbeSent(const std::string& user);
  void NoteProbeSeen(const std::string& user);

  std::uint64_t connected() const { return state_.Lock()->connected; }
  std::uint64_t acknowledged() const { return state_.Lock()->acknowledged; }
  std::uint64_t ahead() const { return state_.Lock()->ahead; }  // taken before their turn
  std::uint64_t rejected() const { return state_.Lock()->rejected; }
  std::uint64_t connections() const { return state_.Lock()->connections; }
  // Of the batches and probes since `since`.
  Percentiles Acknowledgements() const;
  Percentiles Incidents() const;
  std::uint64_t unseen_probes() const { return state_.Lock()->unseen_probes; }
  // Why connections ended, and how often.
  std::unordered_map<std::string, std::uint64_t> losses() const { return state_.Lock()->losses; }
  // Complete ones only.
  std::vector<Outage> outages() const { return state_.Lock()->outages; }
  // Forgets latencies: what comes from now on is measured.
  void BeginAnew();

 private:
  struct State {
    std::uint64_t connected = 0;
    std::uint64_t connections = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t rejected = 0;
    std::uint64_t ahead = 0;
    std::uint64_t lost = 0;
    std::uint64_t unseen_probes = 0;
    bool complete = false;  // everybody is connected
    base::SteadyTime incomplete_since{};
    std::vector<float> acknowledgements;  // milliseconds
    std::vector<float> incidents;
    struct Probe {
      base::SteadyTime sent;
      bool seen = false;
    };
    std::unordered_map<std::string, Probe> probes;  // by user
    std::unordered_map<std::string, std::uint64_t> losses;
    std::vector<Outage> outages;
  };

  const base::Clock& clock_;
  const std::uint64_t agents_;
  base::Guarded<State> state_;
};

}  // namespace vigie::fleet
