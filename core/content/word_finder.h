#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::content {

// Finds any of some hundred words in text by looking only where words begin: most places fall out by their first three
// bytes. ASCII letters of either case are alike. Immutable once built; thread-safe.
class WordFinder {
 public:
  // Words of one byte or more, which may hold spaces and points; their places in `words` are what Find tells.
  explicit WordFinder(std::span<const std::string_view> words);

  // Calls take(word, begin) for each place of text[from, size) where a word stands whole; if its first byte is a letter
  // of ASCII, only where no letter stands before. By rising begin.
  template <typename Take>
  void Find(std::string_view text, std::size_t from, const Take& take) const {
    std::array<std::uint16_t, kStride> places;
    for (auto begin = from; begin < text.size(); begin += kStride) {
      const auto count = FindPlaces(text, begin, places);
      for (std::size_t i = 0; i < count; ++i) TakeAt(text, begin + places[i], take);
    }
  }

 private:
  static constexpr std::size_t kStride = 512;
  static constexpr std::size_t kPrefixBits = 12;
  static constexpr std::size_t kGroups = 1024;

  struct Entry {
    std::size_t group = 0;
    std::string folded;
    std::size_t word = 0;
  };

  static constexpr std::size_t PrefixOf(std::uint32_t three) {
    return ((three | 0x202020U) * 0x9E3779B1U) >> (32 - kPrefixBits);
  }
  static constexpr std::size_t GroupOf(char first, char second) {
    return (static_cast<std::size_t>(first & 31) << 5) | static_cast<std::size_t>(second & 31);
  }

  void Add(const std::string& folded, std::size_t word);
  void NotePrefixes(std::string_view word);
  // Where a word may begin in text[begin, begin + kStride), by the byte before and the first four.
  std::size_t FindPlaces(std::string_view text, std::size_t begin, std::span<std::uint16_t, kStride> places) const;
  struct Block {
    const char* bytes;
    std::uint64_t starts;  // a bit for each that may begin a word
  };
  std::uint64_t StartsOf(const char* bytes, bool is_after_letter) const;
  std::size_t KeepKnown(const Block& block, std::uint16_t offset, std::uint16_t* places) const;
  static bool StandsAt(std::string_view rest, std::string_view folded);

  template <typename Take>
  void TakeAt(std::string_view text, std::size_t position, const Take& take) const {
    const auto rest = text.substr(position);
    const auto group = GroupOf(rest[0], rest.size() > 1 ? rest[1] : '\0');
    for (auto i = groups_[group]; i < groups_[group + 1]; ++i) {
      if (StandsAt(rest, entries_[i].folded)) take(entries_[i].word, position);
    }
  }

  std::vector<Entry> entries_;                       // by group
  std::array<std::uint16_t, kGroups + 1> groups_{};  // where each begins
  // By the hash of three bytes: bit n is set if behind such ones some word has a byte whose lowest five bits are n.
  std::array<std::uint32_t, std::size_t{1} << kPrefixBits> fourths_{};
  bool has_signs_ = false;  // some word begins with neither a letter nor a character above ASCII
};

}  // namespace vigie::content
