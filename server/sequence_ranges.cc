#include "server/sequence_ranges.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

namespace vigie::server {
namespace {

constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();

void AppendVarint(std::uint64_t number, std::string& bytes) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>((number & 0x7f) | 0x80));
  bytes.push_back(static_cast<char>(number));
}

std::optional<std::uint64_t> TakeVarint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return number;
  }
  return std::nullopt;
}

}  // namespace

bool SequenceRanges::Contains(std::uint64_t sequence) const {
  auto next = ranges_.upper_bound(sequence);
  return next != ranges_.begin() && std::prev(next)->second >= sequence;
}

bool SequenceRanges::Extends(std::uint64_t sequence) const {
  const bool touches_left = sequence > 0 && Contains(sequence - 1);
  const bool touches_right = sequence < kGreatest && Contains(sequence + 1);
  return !Contains(sequence) && !touches_left && !touches_right;
}

bool SequenceRanges::Add(std::uint64_t sequence) {
  if (Contains(sequence)) return false;
  auto next = ranges_.upper_bound(sequence);
  std::uint64_t first = sequence;
  std::uint64_t last = sequence;
  if (next != ranges_.end() && next->first == sequence + 1) {
    last = next->second;
    next = ranges_.erase(next);
  }
  if (next != ranges_.begin() && std::prev(next)->second == sequence - 1) first = std::prev(next)->first;
  ranges_[first] = last;
  return true;
}

void SequenceRanges::AddRange(SequenceRange range) {
  auto next = ranges_.upper_bound(range.first);
  if (next != ranges_.begin() && (range.first == 0 || std::prev(next)->second >= range.first - 1)) {
    next = std::prev(next);
    range.first = next->first;
  }
  while (next != ranges_.end() && (next->first <= range.last || next->first - 1 == range.last)) {
    range.last = std::max(range.last, next->second);
    next = ranges_.erase(next);
  }
  ranges_[range.first] = range.last;
}

void SequenceRanges::RemoveUpTo(std::uint64_t sequence) {
  while (!ranges_.empty() && ranges_.begin()->first <= sequence) {
    const std::uint64_t last = ranges_.begin()->second;
    ranges_.erase(ranges_.begin());
    if (last > sequence) ranges_[sequence + 1] = last;
  }
}

std::uint64_t SequenceRanges::EndOfRun(std::uint64_t sequence) const {
  return Contains(sequence) ? std::prev(ranges_.upper_bound(sequence))->second : sequence;
}

std::vector<SequenceRange> SequenceRanges::HolesBetween(std::uint64_t after, std::uint64_t before) const {
  std::vector<SequenceRange> holes;
  std::uint64_t next = after;  // known up to here
  auto range = ranges_.upper_bound(after);
  if (range != ranges_.begin()) next = std::max(next, std::prev(range)->second);
  for (; range != ranges_.end() && range->first < before; ++range) {
    if (range->first > next + 1) holes.push_back({next + 1, range->first - 1});
    next = range->second;
  }
  if (before > 0 && next < before - 1) holes.push_back({next + 1, before - 1});
  return holes;
}

std::vector<SequenceRange> SequenceRanges::List() const {
  std::vector<SequenceRange> list;
  list.reserve(ranges_.size());
  for (const auto& [first, last] : ranges_) list.push_back({first, last});
  return list;
}

std::string SequenceRanges::Serialize() const {
  std::string bytes;
  std::uint64_t end = 0;
  for (const auto& [first, last] : ranges_) {
    AppendVarint(first - end, bytes);
    AppendVarint(last - first, bytes);
    end = last;
  }
  return bytes;
}

base::Result<SequenceRanges> SequenceRanges::Parse(std::string_view bytes) {
  const base::Error damaged{base::ErrorCode::kDataLoss, "a kept set of sequences cannot be read"};
  SequenceRanges set;
  std::uint64_t end = 0;
  while (!bytes.empty()) {
    const auto distance = TakeVarint(bytes);
    const auto length = TakeVarint(bytes);
    if (!distance || !length || (*distance < 2 && !set.ranges_.empty())) return damaged;
    if (*distance > kGreatest - end || *length > kGreatest - end - *distance) return damaged;
    set.ranges_[end + *distance] = end + *distance + *length;
    end += *distance + *length;
  }
  return set;
}

}  // namespace vigie::server
