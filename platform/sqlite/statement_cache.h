#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace vigie::sqlite {

// Prepared statements of one connection that nobody uses now: to prepare one takes longer than most of them run. Thread
// rule of the Database.
class StatementCache {
 public:
  static constexpr std::size_t kMost = 64;

  struct Entry {
    std::string sql;  // as it was asked for: SQLite's own copy ends with the statement, this need not
    sqlite3_stmt* statement = nullptr;
  };

  StatementCache() = default;
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;
  ~StatementCache();

  // Whose statement is null if there is none.
  Entry Take(std::string_view sql);
  // Resets it and drops its bindings. Of more than kMost the one that was used longest ago is finalized.
  void GiveBack(Entry entry);

 private:
  // Last used first. So few are compared faster than hashed, and those that are used all the time stand in front.
  std::list<Entry> idle_;
};

}  // namespace vigie::sqlite
