#include "core/patterns/pattern_database.h"

#include <hs/hs.h>

#include <cstdlib>

namespace vigie::patterns {
namespace {

unsigned FlagsOf(const SearchPattern& pattern, PatternKind kind) {
  return (kind == PatternKind::kExpressions ? HS_FLAG_DOTALL : 0U) | (pattern.ignore_case ? HS_FLAG_CASELESS : 0U) |
         (pattern.report_begin ? HS_FLAG_SOM_LEFTMOST : 0U);
}

base::Error TakeError(hs_compile_error_t* error) {
  const std::string message = error->message;
  hs_free_compile_error(error);
  return {base::ErrorCode::kInvalidArgument, message};
}

}  // namespace

base::Result<std::unique_ptr<PatternDatabase>> PatternDatabase::Compile(std::span<const SearchPattern> patterns,
                                                                        PatternKind kind, int* failed) {
  if (hs_valid_platform() != HS_SUCCESS) {
    return base::Error{base::ErrorCode::kUnsupported, "content patterns need a processor with SSSE3 (Hyperscan)"};
  }
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> ids, flags;
  for (const auto& pattern : patterns) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(pattern.text.c_str());
    lengths.push_back(pattern.text.size());
    flags.push_back(FlagsOf(pattern, kind));
  }
  const auto count = static_cast<unsigned>(ids.size());
  std::unique_ptr<PatternDatabase> made(new PatternDatabase());
  hs_compile_error_t* error = nullptr;
  const auto compiled = kind == PatternKind::kLiterals
                            ? hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(), count,
                                                   HS_MODE_BLOCK, nullptr, &made->database_, &error)
                            : hs_compile_multi(texts.data(), flags.data(), ids.data(), count, HS_MODE_BLOCK, nullptr,
                                               &made->database_, &error);
  if (compiled != HS_SUCCESS) {
    if (failed != nullptr) *failed = error->expression;
    return TakeError(error);
  }
  if (hs_alloc_scratch(made->database_, &made->scratch_) == HS_SUCCESS) return made;
  return base::Error{base::ErrorCode::kResourceExhausted, "no memory for scanning patterns"};
}

PatternDatabase::~PatternDatabase() {
  hs_free_scratch(scratch_);
  hs_free_database(database_);
}

void PatternDatabase::ScanText(std::string_view text, const Taker& taker) const {
  // The callback never stops it and block mode on a valid database does not fail.
  (void)hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_, taker.take, taker.context);
}

base::Result<PatternWidth> WidthOf(const SearchPattern& pattern) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(pattern.text.c_str(), FlagsOf(pattern, PatternKind::kExpressions), &info, &error) !=
      HS_SUCCESS)
    return TakeError(error);
  const std::unique_ptr<hs_expr_info_t, void (*)(void*)> owned(info, std::free);
  return PatternWidth{info->min_width, info->max_width};
}

}  // namespace vigie::patterns
