#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/spool/raw_pages.h"

namespace vigie::agent::spool {

// A row as it was found: integers, and in the end one blob.
struct CarvedRow {
  std::vector<std::int64_t> integers;
  std::string blob;
};

// Tells every row of integers and, in the end, one blob of at most kLongestBlob bytes that stands in any image of a
// page of a table, deleted ones of free pages among them, several times if there are several images; in no order. It
// trusts nothing that it reads (https://sqlite.org/fileformat2.html, sections 1.6 and 2.1): whether a row is what it
// says is for the seal of its blob to tell. Bounded by the files' size.
inline constexpr std::size_t kLongestBlob = std::size_t{2} << 20;
void CarveRows(RawPages& pages, const std::function<void(CarvedRow)>& found);

}  // namespace vigie::agent::spool
