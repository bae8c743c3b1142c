#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vigie::content {

// Places of a text where something encoded may be. Positions ascend within each list.
struct EncodedCandidates {
  std::vector<std::uint32_t> escapes;     // of a % & \ or = (and now and then of another sign)
  std::vector<std::uint32_t> words;       // within a run of at least 24 digits of base64, or nearly such
  std::vector<std::uint32_t> spaced_hex;  // within a run of at least 32 hex digits and separators
  bool empty() const { return escapes.empty() && words.empty() && spaced_hex.empty(); }
  void Clear();
};

// One pass over `text` (below 4 GiB) that classifies 64 bytes at a time and branches only where there is something:
// prose costs next to nothing. What it proposes is to be proven by whoever reads it.
void FindEncodedCandidates(std::string_view text, EncodedCandidates& candidates);

}  // namespace vigie::content
