#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie::contract {

// The fields of one protobuf message as they stand on the wire (https://protobuf.dev/programming-guides/encoding), one
// after another. Each is taken once, by Number, Bytes, Text or Skip, before the next. What is cut off, is taken as what
// it is not, is no UTF-8 where a text is asked for, or is a group ends it: then it is not good, and what was given last
// means nothing.
class WireFields {
 public:
  explicit WireFields(std::string_view bytes) : rest_(bytes) {}

  // Its number; 0 = there is no other.
  std::uint32_t Next() {
    if (rest_.empty()) return 0;
    const std::uint64_t tag = ReadNumber(kMostOfTag);
    kind_ = static_cast<std::uint32_t>(tag & kKindMask);
    const std::uint64_t field = tag >> kKindBits;
    if (field == 0 || field > kMostField) return Fail();
    return static_cast<std::uint32_t>(field);
  }
  bool good() const { return good_; }

  std::uint64_t Number() { return kind_ == kNumber ? ReadNumber(kMostOfNumber) : Fail(); }
  // Of a message, too.
  std::string_view Bytes() {
    if (kind_ == kBytes) return ReadBytes(ReadNumber(kMostOfTag));
    Fail();
    return {};
  }
  std::string_view Text();
  void Skip() {
    if (kind_ == kNumber) {
      ReadNumber(kMostOfNumber);
    } else if (kind_ == kBytes) {
      ReadBytes(ReadNumber(kMostOfTag));
    } else if (kind_ == kEightBytes || kind_ == kFourBytes) {
      ReadBytes(kind_ == kEightBytes ? 8 : 4);
    } else {
      Fail();
    }
  }

 private:
  static constexpr std::uint32_t kKindBits = 3;
  static constexpr std::uint64_t kKindMask = 7;
  static constexpr std::uint64_t kMostField = (1U << 29U) - 1;
  static constexpr std::uint32_t kNumber = 0;
  static constexpr std::uint32_t kEightBytes = 1;
  static constexpr std::uint32_t kBytes = 2;
  static constexpr std::uint32_t kFourBytes = 5;
  static constexpr int kBitsOfByte = 7;
  static constexpr std::size_t kMostOfNumber = 10;  // bytes
  static constexpr std::size_t kMostOfTag = 5;      // and of a length

  std::uint32_t Fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }

  std::uint64_t ReadNumber(std::size_t most) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < std::min(rest_.size(), most); ++i) {
      const std::uint64_t byte = static_cast<unsigned char>(rest_[i]);
      number |= (byte & 0x7f) << (i * kBitsOfByte);
      if (byte >= 0x80) continue;
      rest_.remove_prefix(i + 1);
      return number;
    }
    return Fail();
  }

  std::string_view ReadBytes(std::uint64_t size) {
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  std::uint32_t kind_ = 0;
  bool good_ = true;
};

}  // namespace vigie::contract
