#include "server/store/sqlite/sqlite_rings.h"

#include "server/store/sqlite/sqlite_queries.h"
#include "server/store/sqlite/sqlite_rows.h"

namespace vigie::server {

using base::Result;
using sqlite::Database;
using sqlite::Statement;

Result<void> ReplaceRings(Database& database, const std::vector<v1::Ring>& rings) {
  auto forget = database.Prepare("DELETE FROM rings");
  if (!forget) return forget.error();
  if (auto forgotten = forget->Run(); !forgotten) return forgotten;
  std::int64_t position = 0;
  for (const v1::Ring& ring : rings) {
    auto save = database.Prepare("INSERT INTO rings (position, ring) VALUES (?, ?)");
    if (!save) return save.error();
    if (auto saved = save->Bind(1, ++position).BindBlob(2, ring.SerializeAsString()).Run(); !saved) return saved;
  }
  return {};
}

Result<std::vector<v1::Ring>> SelectRings(Database& database) {
  auto statement = database.Prepare("SELECT ring FROM rings ORDER BY position");
  if (!statement) return statement.error();
  std::vector<v1::Ring> rings;
  auto read = Each(*statement, [&](const Statement::Row& row) -> Result<void> {
    return rings.emplace_back().ParseFromString(row.Blob(0)) ? Result<void>() : Unreadable("ring");
  });
  if (!read) return read.error();
  return rings;
}

}  // namespace vigie::server
