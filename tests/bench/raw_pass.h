#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct hs_database;  // of <hs.h>
struct hs_scratch;

namespace vigie::bench {

// The peer of everything that reads text: Hyperscan with twelve plain patterns, as somebody writes them down first
// (mail, phone, card, IBAN, dates, addresses, keys), one pass, a callback for each match that only counts.
class RawPass {
 public:
  RawPass();  // aborts if Hyperscan refuses: there is nothing to compare with then
  ~RawPass();
  RawPass(const RawPass&) = delete;
  RawPass& operator=(const RawPass&) = delete;

  std::uint64_t Matches(std::string_view text) const;

 private:
  hs_database* database_ = nullptr;
  hs_scratch* scratch_ = nullptr;
};

}  // namespace vigie::bench
