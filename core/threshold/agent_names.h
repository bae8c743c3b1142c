#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/threshold/subject_hash.h"

namespace vigie::threshold {

// Gives each agent a small number, in the order in which they are asked for. An agent costs its id, once, and some 20
// bytes. Not thread-safe.
class AgentNames {
 public:
  // Of a new one the next; below 2^32 - 1.
  std::uint32_t NumberOf(std::string_view id);
  // `number` was given. Valid until the next NumberOf.
  std::string_view IdOf(std::uint32_t number) const;

 private:
  std::uint32_t& Find(std::string_view id);
  void Grow();

  SubjectHasher hasher_;
  std::string ids_;                    // one after the other
  std::vector<std::uint64_t> ends_;    // by number
  std::vector<std::uint32_t> places_;  // by hash, with linear probing: the number and 1; 0 = free. A power of two
};

}  // namespace vigie::threshold
