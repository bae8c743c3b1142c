#pragma once

#include <string>
#include <vector>

#include "agent/spool/stored_event.h"
#include "platform/base/clock.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

// A gap of the spool itself that begins and ends now; add to it. The reason is cut to what a gap may say.
v1::Gap MakeGap(const std::string& reason, base::SystemTime at);
void Widen(v1::Gap& gap, base::SystemTime at);
// Adds what `more` says: its time, its lost events, its ranges.
void Fold(v1::Gap& gap, const v1::Gap& more);
void AddNeverSent(v1::Gap& gap, const EventKey& key);
// The same in as many gaps as it takes for none to have more ranges than a gap may have: sorted, and those that touch
// are one. The first counts what was lost.
std::vector<v1::Gap> Divide(v1::Gap gap);

// What was lost and no event has told yet: one gap for each reason, kMost at most; further reasons are told as one.
class UntoldGaps {
 public:
  static constexpr std::size_t kMost = 16;

  bool empty() const { return gaps_.empty(); }
  const std::vector<v1::Gap>& all() const { return gaps_; }
  // Returns what is to be kept for its reason, maybe with more ranges than one event can tell: Divide it.
  const v1::Gap& Add(const v1::Gap& gap);
  // What the file says: of two with one reason the one that says more stays. A damage that was found meanwhile adds to
  // what is in the file only, a disk that takes nothing to what is here only.
  void Learn(const v1::Gap& kept);
  void Clear() { gaps_.clear(); }

 private:
  std::vector<v1::Gap> gaps_;
};

}  // namespace vigie::agent::spool
