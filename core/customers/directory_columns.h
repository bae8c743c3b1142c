#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/customers/normalise.h"
#include "platform/base/result.h"

namespace vigie::customers {

// A column of the customer directory and what it holds.
struct DirectoryColumn {
  CellKind kind = CellKind::kText;
  std::string name;  // as in the directory's first row
};

// "key=id,name=name,text=company": kind=column, the same kind as often as needed. The first key column is the primary
// key and must be there; at least one more column must be.
base::Result<std::vector<DirectoryColumn>> ParseColumns(std::string_view text);

// Where the columns are in the directory's header row, in the order given. Names must match exactly, or but for case if
// only one does. The error names the column asked for, never what the row holds: it may be a customer's.
base::Result<std::vector<std::size_t>> LocateColumns(const std::vector<std::string>& names,
                                                     const std::vector<std::string>& header);

}  // namespace vigie::customers
