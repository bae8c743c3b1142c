#include "core/content/word_finder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/content/byte_masks.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

constexpr std::size_t kPrefix = 3;

bool IsLetterByte(char c) {
  return IsLetter(c) || static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::uint32_t kThreeBytes = 0xffffff;

std::uint32_t FourBytesAt(const char* bytes) {
  std::uint32_t four = 0;
  std::memcpy(&four, bytes, sizeof(four));
  return four;
}

}  // namespace

WordFinder::WordFinder(std::span<const std::string_view> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string folded(words[i]);
    std::ranges::transform(folded, folded.begin(), ToLower);
    NotePrefixes(folded);
    has_signs_ |= !IsLetterByte(folded[0]);
    Add(folded, i);
  }
  std::ranges::stable_sort(entries_, {}, &Entry::group);
  for (const auto& entry : entries_) ++groups_[entry.group + 1];
  for (std::size_t i = 0; i < kGroups; ++i) groups_[i + 1] = static_cast<std::uint16_t>(groups_[i + 1] + groups_[i]);
}

void WordFinder::Add(const std::string& folded, std::size_t word) {
  if (folded.size() > 1) return entries_.push_back({GroupOf(folded[0], folded[1]), folded, word});
  for (char second = 0; second < 32; ++second) entries_.push_back({GroupOf(folded[0], second), folded, word});
}

void WordFinder::NotePrefixes(std::string_view word) {
  std::array<char, sizeof(std::uint32_t)> first{};
  word.copy(first.data(), first.size());
  const auto known = std::min(word.size(), kPrefix);
  const auto fourth = word.size() > kPrefix ? std::uint32_t{1} << (first[kPrefix] & 31) : ~std::uint32_t{0};
  const unsigned unknown = 1U << (8 * (kPrefix - known));
  for (unsigned rest = 0; rest < unknown; ++rest) {
    fourths_[PrefixOf((FourBytesAt(first.data()) & kThreeBytes) | rest << (8 * known))] |= fourth;
  }
}

std::size_t WordFinder::FindPlaces(std::string_view text, std::size_t begin,
                                   std::span<std::uint16_t, kStride> places) const {
  std::size_t count = 0;
  for (std::size_t offset = 0; offset < kStride && begin + offset < text.size(); offset += kMaskedBytes) {
    const auto rest = text.substr(begin + offset);
    const bool is_after_letter = begin + offset > 0 && IsLetterByte(rest.data()[-1]);
    std::array<char, kMaskedBytes + sizeof(std::uint32_t)> padded;
    Block block{rest.data(), 0};
    if (rest.size() < padded.size()) {
      padded.fill('\0');
      rest.copy(padded.data(), padded.size());
      block.bytes = padded.data();
    }
    block.starts = StartsOf(block.bytes, is_after_letter);
    if (rest.size() < kMaskedBytes) block.starts &= (std::uint64_t{1} << rest.size()) - 1;
    count += KeepKnown(block, static_cast<std::uint16_t>(offset), places.data() + count);
  }
  return count;
}

[[gnu::always_inline]] inline std::uint64_t WordFinder::StartsOf(const char* bytes, bool is_after_letter) const {
  const auto masks = LetterMasksOf(bytes);
  const auto behind_letters = ((masks.letters | masks.high) << 1) | std::uint64_t{is_after_letter};
  const auto signs = has_signs_ ? ~(masks.letters | masks.high) : 0;
  return (masks.letters & ~behind_letters) | masks.leads | signs;
}

[[gnu::always_inline]] inline std::size_t WordFinder::KeepKnown(const Block& block, std::uint16_t offset,
                                                                std::uint16_t* places) const {
  std::size_t count = 0;
  for (auto starts = block.starts; starts != 0; starts &= starts - 1) {
    const auto place = static_cast<unsigned>(std::countr_zero(starts));
    const auto four = FourBytesAt(block.bytes + place);
    const auto fourths = fourths_[PrefixOf(four & kThreeBytes)];
    if ((fourths >> (four >> 24 & 31) & 1) == 0) [[likely]]
      continue;
    places[count++] = static_cast<std::uint16_t>(offset + place);
  }
  return count;
}

bool WordFinder::StandsAt(std::string_view rest, std::string_view folded) {
  if (rest.size() < folded.size()) return false;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (ToLower(rest[i]) != folded[i]) return false;
  }
  return true;
}

}  // namespace vigie::content
