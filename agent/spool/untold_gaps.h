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
// False if there is no room for another range. Sequences that follow the last range lengthen it.
bool AddNeverSent(v1::Gap& gap, const EventKey& key);
// Adds what `more` says: its time, its lost events, and as many of its ranges as there is room for.
void Fold(v1::Gap& gap, const v1::Gap& more);

// What was lost and no event has told yet: one gap for each reason, kMost at most; further reasons are told as one.
class UntoldGaps {
 public:
  static constexpr std::size_t kMost = 16;

  bool empty() const { return gaps_.empty(); }
  const std::vector<v1::Gap>& all() const { return gaps_; }
  // Returns what is to be kept for its reason.
  const v1::Gap& Add(const v1::Gap& gap);
  void Clear() { gaps_.clear(); }

 private:
  std::vector<v1::Gap> gaps_;
};

}  // namespace vigie::agent::spool
