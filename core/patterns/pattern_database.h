#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

struct hs_database;  // of <hs.h>
struct hs_scratch;

namespace vigie::patterns {

struct SearchPattern {
  std::string text;
  bool ignore_case = false;
  bool report_begin = false;  // costs time; else a match says where it ends only
};

enum class PatternKind { kExpressions, kLiterals };

// Many patterns, one pass (Hyperscan in block mode). Not thread-safe: one scratch space.
class PatternDatabase {
 public:
  // kUnsupported on a processor without SSSE3, kInvalidArgument with Hyperscan's words for a pattern that does not
  // compile; `failed`, if given, then says which.
  static base::Result<std::unique_ptr<PatternDatabase>> Compile(std::span<const SearchPattern> patterns,
                                                                PatternKind kind, int* failed = nullptr);
  ~PatternDatabase();

  // Called as take(pattern, begin, end) for each match, by rising end; begin is 0 where the pattern does not report it.
  // Texts above 4 GiB are not for it. Must not be called from within `take`.
  template <typename Take>
  void Scan(std::string_view text, Take& take) const {
    ScanText(text, {&take, [](unsigned pattern, unsigned long long begin, unsigned long long end, unsigned, void* to) {
                      (*static_cast<Take*>(to))(pattern, static_cast<std::size_t>(begin),
                                                static_cast<std::size_t>(end));
                      return 0;
                    }});
  }

 private:
  struct Taker {
    void* context;
    int (*take)(unsigned, unsigned long long, unsigned long long, unsigned, void*);
  };
  PatternDatabase() = default;
  void ScanText(std::string_view text, const Taker& taker) const;
  hs_database* database_ = nullptr;
  hs_scratch* scratch_ = nullptr;
};

// How many bytes a pattern may match.
struct PatternWidth {
  std::size_t shortest = 0;
  std::size_t longest = 0;
};
base::Result<PatternWidth> WidthOf(const SearchPattern& pattern);

}  // namespace vigie::patterns
