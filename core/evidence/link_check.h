#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "core/evidence/digest.h"

namespace vigie::evidence {

// Sequences of one epoch, both ends included.
struct Stretch {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const Stretch&) const = default;
};

struct LinkReport {
  std::uint64_t held = 0;                 // events that follow the one before them
  std::vector<std::uint64_t> broken{};    // events that do not, ascending
  std::vector<std::uint64_t> repeated{};  // that were given twice, ascending
  std::vector<Stretch> explained{};       // missing, and something says why; ascending
  std::vector<Stretch> unexplained{};     // missing, and nothing does; ascending
};

// Holds the events of one agent's epoch against each other, in whatever order they come. What it keeps grows with the
// holes, not with the events. One thread.
class LinkCheck {
 public:
  LinkCheck(std::string_view agent_id, std::uint64_t boot_epoch);

  // `previous` as the event says it.
  void Take(std::uint64_t sequence, std::string_view previous, const Digest& digest);
  // Why these are not there: given up, removed, refused.
  void Explain(Stretch stretch) { explained_.push_back(stretch); }
  // Between 1 and the last one that was taken.
  LinkReport Finish();

 private:
  void Compare(std::uint64_t sequence, std::string_view previous, const Digest& before);

  // Stretches of what was taken, by their first sequence, and what is open at both ends of each.
  struct Run {
    std::uint64_t last = 0;
    std::string previous{};  // of the first
    Digest digest{};         // of the last
  };
  const Digest epoch_;
  std::map<std::uint64_t, Run> runs_;
  std::vector<Stretch> explained_;
  LinkReport report_;
};

}  // namespace vigie::evidence
