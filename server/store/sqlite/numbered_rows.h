#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/event_columns.h"
#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

// Pages of rows of (number, message).
namespace vigie::server {

// Where the page before ended; `first` for the first page.
inline base::Result<std::int64_t> PositionIn(const std::string& page_token, std::int64_t first) {
  if (page_token.empty()) return first;
  const auto place = ReadPageToken(page_token);
  if (!place) return place.error();
  return place->position;
}

// Takes rows until the page is full; one row more makes a next page. The token of that page, or "".
template <typename Message>
base::Result<std::string> CollectNumbered(sqlite::Statement& statement, std::uint32_t page_size,
                                          std::vector<Message>& messages) {
  std::string next;
  std::int64_t last = 0;
  std::size_t bytes = 0;
  auto read = Each(statement, [&](const sqlite::Statement::Row& row) -> base::Result<void> {
    if (!next.empty()) return {};
    const std::string blob = row.Blob(1);
    bytes += blob.size();
    if (messages.size() == page_size || (!messages.empty() && bytes > kMaxPageBytes)) {
      next = WritePageToken({0, last});
      return {};
    }
    last = row.Integer(0);
    return messages.emplace_back().ParseFromString(blob) ? base::Result<void>() : Unreadable("message");
  });
  if (!read) return read.error();
  return next;
}

}  // namespace vigie::server
