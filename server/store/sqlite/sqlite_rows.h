#pragma once

#include "platform/base/result.h"
#include "platform/sqlite/database.h"

namespace vigie::server {

// Steps through `statement`, giving each row to `read` until it fails; its error, or that of the reading.
template <typename Read>
base::Result<void> Each(sqlite::Statement& statement, Read read) {
  base::Result<void> done;
  auto stepped = statement.ForEach([&](const sqlite::Statement::Row& row) {
    done = read(row);
    return static_cast<bool>(done);
  });
  return stepped ? done : stepped;
}

}  // namespace vigie::server
