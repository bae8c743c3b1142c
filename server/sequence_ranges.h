#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::server {

// From `first` to `last`, both included.
struct SequenceRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const SequenceRange&) const = default;
};

// A set of sequences, kept as ranges: what is taken before its turn is few runs. A value; not thread-safe.
class SequenceRanges {
 public:
  bool Contains(std::uint64_t sequence) const;
  // Whether adding it would make one range more.
  bool Extends(std::uint64_t sequence) const;
  // False if it was in the set.
  bool Add(std::uint64_t sequence);
  // From first to last, both included; whatever of them was in the set.
  void AddRange(SequenceRange range);
  void RemoveUpTo(std::uint64_t sequence);
  // The end of the range that holds it; `sequence` itself if none does.
  std::uint64_t EndOfRun(std::uint64_t sequence) const;
  // What is not in the set between the two, both excluded.
  std::vector<SequenceRange> HolesBetween(std::uint64_t after, std::uint64_t before) const;

  std::vector<SequenceRange> List() const;  // ascending

  bool empty() const { return ranges_.empty(); }
  std::size_t range_count() const { return ranges_.size(); }
  bool operator==(const SequenceRanges&) const = default;

  // For each range the distance from the former one's end and its length less one, as varints. kDataLoss for bytes that
  // Serialize did not write.
  std::string Serialize() const;
  static base::Result<SequenceRanges> Parse(std::string_view bytes);

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  // first → last; no two of them touch
};

}  // namespace vigie::server
