#include "core/customers/token_filter.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

#if defined(__x86_64__)

// Eight tokens at once: the same places and bits as WordOf and BitsOf. Gives how many were looked at.
[[gnu::target("avx512f,avx512dq")]] std::size_t TokenFilter::AddInLanes(std::span<const std::uint64_t> tokens,
                                                                        std::span<std::uint8_t> may_have) const {
  constexpr __mmask8 kAllLanes = 0xFF;  // without a mask GCC 12 warns of what is in its own header
  const __m512i words = _mm512_set1_epi64(static_cast<long long>(word_count_));
  const __m512i one = _mm512_set1_epi64(1);
  const __m512i low_bits = _mm512_set1_epi64(63);
  std::size_t done = 0;
  for (; done + 8 <= tokens.size(); done += 8) {
    const __m512i token = _mm512_loadu_si512(tokens.data() + done);
    const __m512i upper = _mm512_maskz_srli_epi64(kAllLanes, token, 32);
    const __m512i low = _mm512_maskz_srli_epi64(kAllLanes, _mm512_maskz_mul_epu32(kAllLanes, token, words), 32);
    const __m512i sum = _mm512_add_epi64(_mm512_maskz_mul_epu32(kAllLanes, upper, words), low);
    const __m512i place = _mm512_maskz_srli_epi64(kAllLanes, sum, 32);
    __m512i bits = _mm512_setzero_si512();
    for (unsigned shift = 0; shift <= 18; shift += 6) {
      const __m512i bit = _mm512_and_si512(_mm512_maskz_srli_epi64(kAllLanes, token, shift), low_bits);
      bits = _mm512_or_si512(bits, _mm512_maskz_sllv_epi64(kAllLanes, one, bit));
    }
    const __m512i word = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), kAllLanes, place, words_, 8);
    const auto has = static_cast<unsigned>(_mm512_cmpeq_epi64_mask(_mm512_and_si512(word, bits), bits));
    // Bit n to byte n: each byte gets all eight bits and keeps its own.
    const std::uint64_t spread = (has * 0x0101010101010101ULL) & 0x8040201008040201ULL;
    std::uint64_t known = 0;
    std::memcpy(&known, may_have.data() + done, sizeof(known));
    known |= (spread + 0x7F7F7F7F7F7F7F7FULL) >> 7 & 0x0101010101010101ULL;
    std::memcpy(may_have.data() + done, &known, sizeof(known));
  }
  return done;
}

#else

std::size_t TokenFilter::AddInLanes(std::span<const std::uint64_t>, std::span<std::uint8_t>) const {
  return 0;
}

#endif

void TokenFilter::AddAll(std::span<const std::uint64_t> tokens, std::span<std::uint8_t> may_have,
                         Instructions instructions) const {
#if defined(__x86_64__)
  static const bool has_lanes = __builtin_cpu_supports("avx512dq") != 0;
#else
  constexpr bool has_lanes = false;
#endif
  const bool in_lanes = has_lanes && instructions >= Instructions::kAvx512 && word_count_ <= 0xFFFFFFFF;
  std::size_t done = in_lanes ? AddInLanes(tokens, may_have) : 0;
  const TokenFilter filter = *this;  // a copy that nothing written here can be part of
  for (; done < tokens.size(); ++done) {
    may_have[done] = static_cast<std::uint8_t>(may_have[done] | (filter.MayHave(tokens[done]) ? 1 : 0));
  }
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
