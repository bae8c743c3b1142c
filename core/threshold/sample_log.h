#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

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
  bool Covers(base::SystemTime at, const Shape& shape) const;

  // Only what it covers. Newer samples push old ones out. False, and nothing is changed, if there is no room for it.
  struct Measures {
    std::uint64_t before = 0;  // without the sample
    std::uint64_t with = 0;
    std::int64_t newest_step = 0;
  };
  bool Add(const Sample& sample, const Shape& shape, Measures& measures);

  // In the order in which they came.
  template <typename Use>
  void Each(Use use) const {
    std::vector<customers::RecordId> records;
    for (std::size_t at = 0; at < size();) {
      Sample sample;
      at = Read(at, sample, records);
      use(sample);
    }
  }

 private:
  std::size_t size() const;
  // Reads the sample that begins there, whose customers are then `records`; where the next one begins.
  std::size_t Read(std::size_t at, Sample& sample, std::vector<customers::RecordId>& records) const;
  std::uint64_t Measured(v1::Measure measure) const;
  void Keep(const std::vector<unsigned char>& bytes);

  std::unique_ptr<unsigned char[]> block_;  // one byte for the size, then the samples
};

}  // namespace vigie::threshold
