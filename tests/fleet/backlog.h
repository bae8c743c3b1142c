#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "platform/base/clock.h"
#include "tests/fleet/truth.h"

namespace vigie::fleet {

// What a simulated workstation has brought forth and the collector has not acknowledged: a spool without contents,
// since the world tells what each event is. Not thread-safe.
class Backlog {
 public:
  // Sequences first…last of one life.
  struct Span {
    std::uint64_t boot_epoch = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    base::SystemTime begun{};  // of the life
  };

  // The first life, or the one after a crash.
  void BeginLife(base::SystemTime now);
  void Produce(std::uint64_t events) { lives_.back().produced += events; }

  // The next events to send, oldest life first; each once until SendAgain.
  std::optional<Span> Next(std::uint64_t most);
  // Takes back what Next gave last.
  void Return(const Span& span);
  // How many events of it were not acknowledged before.
  std::uint64_t Acknowledge(std::uint64_t boot_epoch, std::uint64_t sequence);
  // Of one life, rising, at most so many of those that wait and are `urgent`; of the newest life that has any.
  struct Ahead {
    std::uint64_t boot_epoch = 0;
    base::SystemTime begun{};
    std::vector<std::uint64_t> sequences;
  };
  Ahead Urgent(std::size_t most,
               const std::function<bool(std::uint64_t boot_epoch, std::uint64_t sequence)>& urgent) const;
  // Were taken before their turn: nobody sends them again.
  void AcknowledgeAhead(std::uint64_t boot_epoch, const std::vector<std::uint64_t>& sequences);
  bool TakenAhead(std::uint64_t boot_epoch, std::uint64_t sequence) const;
  // A new connection sends all that is not acknowledged.
  void SendAgain();
  // A crash: the last `events` acknowledgements of the current life had not reached its disk, nor those of what was
  // taken ahead.
  void Unacknowledge(std::uint64_t events);

  bool empty() const;
  std::uint64_t waiting() const;  // not acknowledged
  std::uint64_t boot_epoch() const { return lives_.back().boot_epoch; }
  std::vector<LifeLength> lives() const;

 private:
  struct Life {
    std::uint64_t boot_epoch = 0;
    base::SystemTime begun{};
    std::uint64_t produced = 0;
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    std::set<std::uint64_t> taken_ahead;
  };
  std::deque<Life> lives_;
};

}  // namespace vigie::fleet
