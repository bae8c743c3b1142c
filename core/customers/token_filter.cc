#include "core/customers/token_filter.h"

#include <cstring>

namespace vigie::customers {
namespace {

constexpr std::uint64_t kBitsPerToken = 12;
constexpr std::size_t kAlignment = 64;  // of sections in the file

}  // namespace

base::Result<TokenFilter> TokenFilter::Open(std::string_view section) {
  if (section.empty()) return TokenFilter();
  const bool aligned = reinterpret_cast<std::uintptr_t>(section.data()) % alignof(std::uint64_t) == 0;
  if (section.size() % kAlignment != 0 || !aligned) {
    return base::Error{base::ErrorCode::kDataLoss, "the filter of tokens has an impossible size"};
  }
  TokenFilter filter;
  filter.words_ = reinterpret_cast<const std::uint64_t*>(section.data());
  filter.word_count_ = section.size() / sizeof(std::uint64_t);
  return filter;
}

std::string BuildTokenFilter(std::span<const std::uint64_t> tokens) {
  if (tokens.empty()) return {};
  const std::uint64_t bytes = (tokens.size() * kBitsPerToken / 8 / kAlignment + 1) * kAlignment;
  std::string section(bytes, '\0');
  for (const std::uint64_t token : tokens) {
    char* place = section.data() + TokenFilter::WordOf(token, bytes / 8) * 8;
    std::uint64_t word = 0;
    std::memcpy(&word, place, sizeof(word));
    word |= TokenFilter::BitsOf(token);
    std::memcpy(place, &word, sizeof(word));
  }
  return section;
}

}  // namespace vigie::customers
