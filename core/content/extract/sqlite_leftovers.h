#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/content/byte_source.h"

namespace vigie::content {

// What a SQLite file holds beside the rows of its tables: pages on the free list, the unused part of the other ones,
// where deleted rows stay until they are overwritten, and bytes behind the last page
// (https://sqlite.org/fileformat2.html). `take` gets them in order, pieces of at most one page; it returns false to
// stop. False if the file's own account of its pages does not hold.
bool ForEachLeftover(ByteSource& source, const std::function<bool(std::string_view)>& take);

}  // namespace vigie::content
