#pragma once

#include <array>
#include <string_view>

namespace vigie::content {

// Some of the 256 bytes; asking is one load. std::string_view::find of a byte is a call.
class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view bytes) {
    for (const char c : bytes) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool Has(char c) const { return has_[static_cast<unsigned char>(c)]; }

  // The first place at or behind `from` whose byte is (not) in the set; the size of the text if there is none.
  std::size_t FindIn(std::string_view text, std::size_t from) const {
    while (from < text.size() && !Has(text[from])) ++from;
    return from < text.size() ? from : text.size();
  }
  std::size_t FindNotIn(std::string_view text, std::size_t from) const {
    while (from < text.size() && Has(text[from])) ++from;
    return from < text.size() ? from : text.size();
  }

 private:
  std::array<bool, 256> has_{};
};

}  // namespace vigie::content
