#include "platform/sqlite/statement_cache.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace vigie::sqlite {

StatementCache::~StatementCache() {
  for (const Entry& entry : idle_) sqlite3_finalize(entry.statement);
}

StatementCache::Entry StatementCache::Take(std::string_view sql) {
  const auto found = std::ranges::find(idle_, sql, &Entry::sql);
  if (found == idle_.end()) return {std::string(sql), nullptr};
  Entry taken = std::move(*found);
  idle_.erase(found);
  return taken;
}

void StatementCache::GiveBack(Entry entry) {
  sqlite3_reset(entry.statement);
  sqlite3_clear_bindings(entry.statement);  // they hold copies of events
  idle_.push_front(std::move(entry));
  if (idle_.size() <= kMost) return;
  sqlite3_finalize(idle_.back().statement);
  idle_.pop_back();
}

}  // namespace vigie::sqlite
