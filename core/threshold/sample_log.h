#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/threshold/sliding_window.h"

namespace vigie::threshold {

// The samples of a subject that has done little, written one after another in one block of memory, in the order in
// which they came: some 25 bytes a sample and 1 to 5 for each of its customers. Counts as SlidingWindow does, by
// reading all of them each time. 8 bytes when empty.
class SampleLog {
 public:
  static constexpr std::size_t kMostBytes = 240;
  static constexpr std::size_t kMostRecords = 64;  // of one sample

  struct Shape {
    v1::Measure measure;
    std::chrono::nanoseconds step;
  };

  bool empty() const { return block_ == nullptr; }

  // Newer samples push old ones out. False, and nothing is changed, if it is older than what is covered or there is no
  // room for it.
  struct Measures {
    std::uint64_t before = 0;  // without the sample
    std::uint64_t with = 0;
    std::int64_t newest_step = 0;
  };
  bool Add(const Sample& sample, const Shape& shape, Measures& measures);

  // In the order in which they came.
  template <typename Use>
  void Each(Use use) const {
    EachOf(Bytes(), [&](const Sample& sample, std::size_t, std::size_t) { use(sample); });
  }

 private:
  using Written = std::span<const unsigned char>;
  using Records = std::array<customers::RecordId, kMostRecords>;

  // With where each begins and ends.
  template <typename Use>
  static void EachOf(Written bytes, Use use) {
    Records records;
    for (std::size_t at = 0; at < bytes.size();) {
      Sample sample;
      const std::size_t end = Read(bytes, at, sample, records);
      use(std::as_const(sample), at, end);
      at = end;
    }
  }
  // Reads the sample that begins there, whose customers are then in `records`; where the next one begins.
  static std::size_t Read(Written bytes, std::size_t at, Sample& sample, Records& records);
  Written Bytes() const;
  void Keep(Written bytes);

  std::unique_ptr<unsigned char[]> block_;  // one byte for the size, then the samples
};

}  // namespace vigie::threshold
