#include "tests/bench/raw_pass.h"

#include <hs/hs.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace vigie::bench {
namespace {

constexpr std::array<const char*, 12> kPatterns = {
    R"([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})",
    R"(\+[0-9]{1,3}[ .-]?[0-9]{1,4}([ .-]?[0-9]{2,4}){2,4})",
    R"(\b0[1-9]([ .-]?[0-9]{2}){4}\b)",
    R"(\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b)",
    R"(\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b)",
    R"(\b[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\b)",
    R"(\b[0-9]{2}[/.-][0-9]{2}[/.-][0-9]{4}\b)",
    R"(\b[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{10}\b)",
    R"(\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b)",
    R"(\b[A-Z]{2}[0-9]{6}[A-D]\b)",
    R"(\bAKIA[0-9A-Z]{16}\b)",
    R"(-----BEGIN [A-Z ]*PRIVATE KEY-----)",
};

void Require(hs_error_t error) {
  if (error == HS_SUCCESS) return;
  std::fprintf(stderr, "Hyperscan refuses the plain patterns: %d\n", error);
  std::abort();
}

int Count(unsigned, unsigned long long, unsigned long long, unsigned, void* count) {
  ++*static_cast<std::uint64_t*>(count);
  return 0;
}

}  // namespace

RawPass::RawPass() {
  std::array<unsigned, kPatterns.size()> flags{};
  std::array<unsigned, kPatterns.size()> ids{};
  for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
  hs_compile_error_t* error = nullptr;
  Require(hs_compile_multi(kPatterns.data(), flags.data(), ids.data(), static_cast<unsigned>(kPatterns.size()),
                           HS_MODE_BLOCK, nullptr, &database_, &error));
  Require(hs_alloc_scratch(database_, &scratch_));
}

RawPass::~RawPass() {
  hs_free_scratch(scratch_);
  hs_free_database(database_);
}

std::uint64_t RawPass::Matches(std::string_view text) const {
  std::uint64_t count = 0;
  Require(hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_, Count, &count));
  return count;
}

}  // namespace vigie::bench
