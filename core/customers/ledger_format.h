#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

// The file format of a ledger, version 2: lines of text, each ending in a checksum over itself and all before it.
//     vigie-ledger 2,SUM          then, in the order in which they were learnt,
//     id,HEX,SUM                  the ledger's random id (32 digits), once; version 1, still read, has none
//     record,1,C0001,SUM          record ids are dense from 1; % , and control characters of the key are written %XX
//     canary,1,yes,SUM            the flag of a record already known; the last one holds
//     end,COUNT,SUM               the number of lines before it: a ledger that was cut off is noticed
namespace vigie::customers {

struct LedgerLine {
  enum class Kind { kRecord, kCanary, kId };
  Kind kind = Kind::kRecord;
  std::uint32_t record = 0;
  std::string key = {};  // kRecord; of kId the id
  bool canary = false;   // kCanary
};

inline constexpr std::size_t kMaxLedgerKeyBytes = 4096;

// The checksum of every line covers all the lines before.
class LedgerChain {
 public:
  // Sixteen hexadecimal digits (half of BLAKE2b-128 of the state so far and `line`).
  std::string Append(std::string_view line);

 private:
  std::array<unsigned char, 16> state_{};
};

class LedgerWriter {
 public:
  LedgerWriter();
  void Append(const LedgerLine& line);
  // Adds the last line and gives the whole file.
  std::string Finish() &&;

 private:
  void AppendLine(const std::string& line);

  LedgerChain chain_;
  std::string text_;
  std::uint64_t lines_ = 0;
};

// Calls `take` for each line, in order. Errors name the line by number and say what is wrong, never the key.
base::Result<void> ReadLedgerLines(std::string_view text, const std::function<base::Result<void>(LedgerLine)>& take);

}  // namespace vigie::customers
