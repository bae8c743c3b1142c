#include "core/customers/record_set_format.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vigie::customers {
namespace {

constexpr std::uint32_t kCookieWithRuns = 12347;  // in the low half; the high half is the number of containers − 1
constexpr std::uint32_t kCookieNoRuns = 12346;
constexpr std::uint32_t kMaxContainers = 1U << 16;
constexpr std::uint32_t kMaxArrayCardinality = 4096;
constexpr std::size_t kBitmapBytes = 8192;
constexpr int kBitsOfLow = 16;               // of a value, inside its container
constexpr std::uint32_t kFewContainers = 4;  // below, a bitmap with runs has no offsets

struct Container {
  std::uint32_t high = 0;  // the upper half of its values
  std::uint32_t cardinality = 0;
  bool runs = false;
};

// Checks, and if it reads puts what is in the bitmap into `values`.
template <bool kReads>
class Checker {
 public:
  Checker(std::string_view bytes, std::vector<std::uint32_t>* values) : bytes_(bytes), values_(values) {}

  base::Result<void> Check() {
    if (auto header = ReadHeader(); !header) return header;
    if (auto described = ReadDescriptions(); !described) return described;
    if (auto offsets = ReadOffsets(); !offsets) return offsets;
    for (std::size_t i = 0; i < containers_.size(); ++i) {
      if (!offsets_.empty() && offsets_[i] != position_) return Wrong("an offset does not point at its container");
      if (auto container = CheckContainer(containers_[i]); !container) return container;
    }
    if (position_ != bytes_.size()) return Wrong("bytes after the end");
    return {};
  }

 private:
  base::Error Wrong(std::string_view what) const {
    return {base::ErrorCode::kInvalidArgument,
            "not a well-formed Roaring bitmap: " + std::string(what) + " (byte " + std::to_string(position_) + ")"};
  }

  bool Has(std::size_t count) const { return bytes_.size() - position_ >= count; }

  // The caller has checked that they are there.
  std::uint32_t Byte() { return static_cast<unsigned char>(bytes_[position_++]); }
  std::uint32_t TakeTwo() {
    const std::uint32_t low = Byte();
    return low | Byte() << 8;
  }
  std::uint32_t TakeFour() {
    const std::uint32_t low = TakeTwo();
    return low | TakeTwo() << 16;
  }

  base::Result<void> ReadHeader() {
    if (!Has(4)) return Wrong("too short");
    const std::uint32_t cookie = TakeFour();
    if ((cookie & 0xFFFF) == kCookieWithRuns) return ReadRunFlags((cookie >> 16) + 1);
    if (cookie != kCookieNoRuns) return Wrong("unknown cookie");
    if (!Has(4)) return Wrong("too short");
    const std::uint32_t count = TakeFour();
    if (count > kMaxContainers) return Wrong("too many containers");
    if (!Has(std::size_t{count} * 8)) return Wrong("too short for its containers");
    containers_.resize(count);
    has_offsets_ = true;
    return {};
  }

  base::Result<void> ReadRunFlags(std::uint32_t count) {
    const std::size_t flag_bytes = (count + 7) / 8;
    if (!Has(flag_bytes)) return Wrong("too short for its run flags");
    containers_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto flags = static_cast<unsigned char>(bytes_[position_ + i / 8]);
      containers_[i].runs = ((flags >> (i % 8)) & 1) != 0;
    }
    position_ += flag_bytes;
    has_offsets_ = count >= kFewContainers;
    return {};
  }

  base::Result<void> ReadDescriptions() {
    if (!Has(containers_.size() * 4)) return Wrong("too short for its containers");
    std::int64_t previous_key = -1;
    for (Container& container : containers_) {
      const std::uint32_t key = TakeTwo();
      container.high = key << kBitsOfLow;
      container.cardinality = TakeTwo() + 1;
      if (key <= previous_key) return Wrong("keys are not ascending");
      previous_key = key;
    }
    return {};
  }

  base::Result<void> ReadOffsets() {
    if (!has_offsets_) return {};
    if (!Has(containers_.size() * 4)) return Wrong("too short for its offsets");
    offsets_.reserve(containers_.size());
    for (std::size_t i = 0; i < containers_.size(); ++i) offsets_.push_back(TakeFour());
    return {};
  }

  base::Result<void> CheckContainer(const Container& container) {
    if (container.runs) return CheckRuns(container);
    return container.cardinality <= kMaxArrayCardinality ? CheckArray(container) : CheckBits(container);
  }

  base::Result<void> CheckArray(const Container& container) {
    if (!Has(std::size_t{container.cardinality} * 2)) return Wrong("an array is cut off");
    std::uint32_t* read = kReads ? MakeRoom(container.cardinality) : nullptr;
    const auto* low = reinterpret_cast<const unsigned char*>(bytes_.data()) + position_;
    std::int64_t previous = -1;
    bool ascends = true;
    for (std::uint32_t i = 0; i < container.cardinality; ++i, low += 2) {
      const std::uint32_t value = low[0] | static_cast<std::uint32_t>(low[1]) << 8;
      ascends = ascends && value > previous;
      previous = value;
      if constexpr (kReads) read[i] = container.high | value;
    }
    position_ += std::size_t{container.cardinality} * 2;
    return ascends ? base::Result<void>() : Wrong("an array is not ascending");
  }

  std::uint32_t* MakeRoom(std::uint32_t count) {
    const std::size_t before = values_->size();
    values_->resize(before + count);
    return values_->data() + before;
  }

  base::Result<void> CheckBits(const Container& container) {
    if (!Has(kBitmapBytes)) return Wrong("a bitmap is cut off");
    std::uint32_t bits = 0;
    for (std::uint32_t low = 0; low < 8 * kBitmapBytes; low += 32) {
      const std::uint32_t word = TakeFour();
      bits += static_cast<std::uint32_t>(std::popcount(word));
      if constexpr (kReads) AddBits(word, container.high | low);
    }
    if (bits != container.cardinality) return Wrong("a bitmap does not have the stated number of bits");
    return {};
  }

  void AddBits(std::uint32_t word, std::uint32_t first) {
    for (; word != 0; word &= word - 1) values_->push_back(first + static_cast<std::uint32_t>(std::countr_zero(word)));
  }

  base::Result<void> CheckRuns(const Container& container) {
    if (!Has(2)) return Wrong("a run container is cut off");
    const std::uint32_t runs = TakeTwo();
    if (runs == 0 || !Has(std::size_t{runs} * 4)) return Wrong("a run container is empty or cut off");
    std::int64_t previous_end = -2;
    std::uint32_t covered = 0;
    for (std::uint32_t i = 0; i < runs; ++i) {
      const std::uint32_t start = TakeTwo();
      const std::uint32_t end = start + TakeTwo();  // the last value
      if (start <= previous_end + 1) return Wrong("runs overlap, touch or are not ascending");
      if (end > 0xFFFF) return Wrong("a run leaves its container");
      covered += end - start + 1;
      previous_end = end;
      if constexpr (kReads) AddRun(container.high | start, end - start);
    }
    if (covered != container.cardinality) return Wrong("runs do not cover the stated number of values");
    return {};
  }

  void AddRun(std::uint32_t first, std::uint32_t more) {
    for (std::uint32_t i = 0; i <= more; ++i) values_->push_back(first + i);
  }

  std::string_view bytes_;
  std::vector<std::uint32_t>* values_;
  std::size_t position_ = 0;
  std::vector<Container> containers_;
  bool has_offsets_ = false;
  std::vector<std::uint32_t> offsets_;
};

}  // namespace

base::Result<void> CheckPortableBitmap(std::string_view bytes) {
  return Checker<false>(bytes, nullptr).Check();
}

base::Result<void> ReadPortableBitmap(std::string_view bytes, std::vector<std::uint32_t>& values) {
  return Checker<true>(bytes, &values).Check();
}

}  // namespace vigie::customers
