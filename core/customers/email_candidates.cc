#include "core/customers/email_candidates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/customers/byte_compare.h"
#include "core/customers/normalise.h"
#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kMaxLocalBytes = 64;  // RFC 5321, 4.5.3.1.1
constexpr std::size_t kMaxDomainBytes = 255;

// What a byte of ASCII may be part of; others need a closer look.
enum Use : std::uint8_t { kUsualLocal = 1, kAnyLocal = 2, kDomain = 4, kOrnament = 8 };

constexpr std::array<std::uint8_t, 256> MakeUses() {
  std::array<std::uint8_t, 256> uses{};
  const auto add = [&](std::string_view characters, unsigned use) {
    for (const char c : characters) uses[static_cast<std::size_t>(c)] |= static_cast<std::uint8_t>(use);
  };
  for (std::size_t c = 0; c < 0x80; ++c) {
    const char character = static_cast<char>(c);
    if (IsAsciiLetter(character) || IsDigit(character)) uses[c] = kUsualLocal | kAnyLocal | kDomain;
  }
  add("._%+-", kUsualLocal | kAnyLocal | kOrnament);
  add("!#$&'*/=?^`{|}~", kAnyLocal);
  add(".-", kDomain);
  return uses;
}
constexpr auto kUses = MakeUses();

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

bool Is(char c, Use use) {
  return (kUses[static_cast<unsigned char>(c)] & use) != 0;
}

// Foreign letters are part of an address, foreign quotes and spaces are not.
bool IsForeignLetter(std::string_view text, std::size_t position) {
  return FoldAt(text, position).kind != FoldedCharacter::Kind::kSeparator;
}

// The first byte of the character that ends before `end`.
std::size_t CharacterBefore(std::string_view text, std::size_t end) {
  std::size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

constexpr std::size_t kSeen = 32;  // bytes beside the @ that are compared at once

#if defined(__SSE2__)

// What domains consist of.
struct DomainBytes {
  __m128i operator()(__m128i block) const {
    const __m128i letter = BytesInRange(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i point_or_hyphen =
        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('.')), _mm_cmpeq_epi8(block, _mm_set1_epi8('-')));
    return _mm_or_si128(_mm_or_si128(letter, BytesInRange(block, '0', 10)), point_or_hyphen);
  }
};

struct UsualLocalBytes {
  __m128i operator()(__m128i block) const {
    const auto equal = [&](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
    return _mm_or_si128(DomainBytes()(block), _mm_or_si128(_mm_or_si128(equal('_'), equal('%')), equal('+')));
  }
};

struct Signs {
  __m128i operator()(__m128i block) const { return _mm_cmpeq_epi8(block, _mm_set1_epi8('@')); }
};

// A bit for each of `kBytes` bytes, at most 64.
template <typename Class, std::size_t kBytes>
std::uint64_t ClassBits(const char* bytes) {
  std::uint64_t bits = 0;
  for (std::size_t part = 0; part < kBytes; part += 16) {
    bits |= BitsOf(Class()(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + part)))) << part;
  }
  return bits;
}

// How many bytes before the @ may be of a usual local part, of those that are seen.
std::size_t UsualBefore(std::string_view text, std::size_t at) {
  if (at < kSeen) return 0;
  const auto bits = ClassBits<UsualLocalBytes, kSeen>(text.data() + at - kSeen);
  return static_cast<std::size_t>(std::countl_one(static_cast<std::uint32_t>(bits)));
}

std::size_t DomainBehind(std::string_view text, std::size_t at) {
  if (text.size() - at <= kSeen) return 0;
  return static_cast<std::size_t>(std::countr_one(ClassBits<DomainBytes, kSeen>(text.data() + at + 1)));
}

// Visits each @ of the whole blocks; how far they go. A call for each would cost more where there is one in each row.
template <typename Visit>
std::size_t ForEachSignOfBlocks(std::string_view text, const Visit& visit) {
  constexpr std::size_t kBlock = 64;
  std::size_t block = 0;
  for (; text.size() - block >= kBlock; block += kBlock) {
    for (auto signs = ClassBits<Signs, kBlock>(text.data() + block); signs != 0; signs &= signs - 1) {
      visit(block + static_cast<std::size_t>(std::countr_zero(signs)));
    }
  }
  return block;
}

#else

std::size_t UsualBefore(std::string_view, std::size_t) {
  return 0;
}

std::size_t DomainBehind(std::string_view, std::size_t) {
  return 0;
}

template <typename Visit>
std::size_t ForEachSignOfBlocks(std::string_view, const Visit&) {
  return 0;
}

#endif

// Where the local part begins whose last bytes, from `begin` to the @, are known.
std::size_t LocalBegin(std::string_view text, std::size_t at, std::size_t begin, Use local) {
  const std::size_t lowest = at - std::min(at, kMaxLocalBytes);
  while (true) {
    while (begin > lowest && Is(text[begin - 1], local)) --begin;
    if (begin <= lowest || IsAscii(text[begin - 1])) return begin;
    const std::size_t previous = CharacterBefore(text, begin);
    if (!IsForeignLetter(text, previous)) return begin;
    begin = previous;
  }
}

std::size_t DomainEnd(std::string_view text, std::size_t at) {
  std::size_t end = at + 1 + DomainBehind(text, at);
  const std::size_t limit = std::min(text.size(), at + kMaxDomainBytes + 1);
  while (true) {
    while (end < limit && Is(text[end], kDomain)) ++end;
    if (end >= limit || IsAscii(text[end]) || !IsForeignLetter(text, end)) break;
    end += FoldAt(text, end).length;
  }
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;  // the end of a sentence
  return end;
}

bool IsOrnament(char c) {
  return Is(c, kOrnament);
}

void TakeAround(std::string_view text, std::size_t at, const std::function<void(std::string_view)>& take) {
  const std::size_t end = DomainEnd(text, at);
  const std::size_t usual = LocalBegin(text, at, at - UsualBefore(text, at), kUsualLocal);
  if (end == at + 1) return;
  if (usual < at) take(text.substr(usual, end - usual));
  std::size_t plain = usual;
  while (plain < at && IsOrnament(text[plain])) ++plain;
  if (plain > usual && plain < at) take(text.substr(plain, end - plain));
  const std::size_t any = LocalBegin(text, at, usual, kAnyLocal);
  if (any >= usual) return;
  take(text.substr(any, end - any));
  if (text[any] == '\'' && any + 1 < usual) take(text.substr(any + 1, end - any - 1));  // quoted in SQL
}

}  // namespace

void ForEachEmail(std::string_view text, const std::function<void(std::string_view)>& take) {
  const auto behind = ForEachSignOfBlocks(text, [&](std::size_t at) { TakeAround(text, at, take); });
  for (auto at = text.find('@', behind); at != std::string_view::npos; at = text.find('@', at + 1))
    TakeAround(text, at, take);
}

}  // namespace vigie::customers
