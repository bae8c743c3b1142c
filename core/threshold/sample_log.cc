#include "core/threshold/sample_log.h"

#include <algorithm>
#include <cstring>

#include "core/threshold/saturating_sum.h"

namespace vigie::threshold {
namespace {

constexpr int kBitsOfByte = 7;
// A time, seven numbers, and the customers of one sample.
constexpr std::size_t kMostOfSample = 8 + 7 * 10 + SampleLog::kMostRecords * 5;

class Writer {
 public:
  std::span<const unsigned char> bytes() const { return std::span(bytes_).first(size_); }

  void Copy(std::span<const unsigned char> bytes) {
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  void Write(const Sample& sample) {
    const std::int64_t at = sample.at.time_since_epoch().count();
    std::memcpy(bytes_.data() + size_, &at, sizeof(at));
    size_ += sizeof(at);
    for (const std::uint64_t number :
         {std::uint64_t{sample.number.agent}, sample.number.boot_epoch, sample.number.sequence, sample.accesses,
          sample.bytes, sample.file, std::uint64_t{sample.records.size()}}) {
      WriteNumber(number);
    }
    std::uint32_t last = 0;
    for (const customers::RecordId id : sample.records) {
      WriteNumber(id - last);
      last = id;
    }
  }

 private:
  // Little-endian base 128.
  void WriteNumber(std::uint64_t number) {
    for (; number >= 0x80; number >>= kBitsOfByte) bytes_[size_++] = static_cast<unsigned char>(number | 0x80);
    bytes_[size_++] = static_cast<unsigned char>(number);
  }

  std::array<unsigned char, SampleLog::kMostBytes + kMostOfSample> bytes_;
  std::size_t size_ = 0;
};

std::uint64_t ReadNumber(const unsigned char*& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0;; shift += kBitsOfByte) {
    const std::uint64_t byte = *bytes++;
    number |= (byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
}

// Of a log; each takes a byte there at least.
template <typename T>
class Values {
 public:
  void Add(T value) { values_[size_++] = value; }
  // Each is there once afterwards.
  std::uint64_t Distinct() {
    const auto all = std::span(values_).first(size_);
    std::ranges::sort(all);
    size_ = static_cast<std::size_t>(std::ranges::unique(all).begin() - all.begin());
    return size_;
  }

 private:
  std::array<T, SampleLog::kMostBytes> values_;
  std::size_t size_ = 0;
};

// What the samples of a log measure that were added so far.
class Sum {
 public:
  explicit Sum(v1::Measure measure) : measure_(measure) {}

  void Add(const Sample& sample) {
    if (measure_ == v1::MEASURE_EVENTS) sum_ = SaturatingSum(sum_, sample.accesses);
    if (measure_ == v1::MEASURE_BYTES) sum_ = SaturatingSum(sum_, sample.bytes);
    if (measure_ == v1::MEASURE_DISTINCT_FILES && sample.file != 0) files_.Add(sample.file);
    if (measure_ != v1::MEASURE_DISTINCT_CUSTOMERS) return;
    for (const customers::RecordId id : sample.records) records_.Add(id);
  }
  std::uint64_t Measured() {
    if (measure_ == v1::MEASURE_DISTINCT_FILES) return files_.Distinct();
    return measure_ == v1::MEASURE_DISTINCT_CUSTOMERS ? records_.Distinct() : sum_;
  }

 private:
  v1::Measure measure_;
  std::uint64_t sum_ = 0;
  Values<std::uint64_t> files_;
  Values<customers::RecordId> records_;
};

}  // namespace

SampleLog::Written SampleLog::Bytes() const {
  return block_ == nullptr ? Written() : Written(block_.get() + 1, block_[0]);
}

std::size_t SampleLog::Read(Written log, std::size_t at, Sample& sample, Records& records) {
  const unsigned char* bytes = log.data() + at;
  std::int64_t time = 0;
  std::memcpy(&time, bytes, sizeof(time));
  bytes += sizeof(time);
  sample.at = base::SystemTime(std::chrono::nanoseconds(time));
  sample.number.at_ns = time;
  sample.number.agent = static_cast<std::uint32_t>(ReadNumber(bytes));
  sample.number.boot_epoch = ReadNumber(bytes);
  sample.number.sequence = ReadNumber(bytes);
  sample.accesses = ReadNumber(bytes);
  sample.bytes = ReadNumber(bytes);
  sample.file = ReadNumber(bytes);
  const auto own = std::span(records).first(ReadNumber(bytes));
  std::uint32_t last = 0;
  for (customers::RecordId& id : own) id = last += static_cast<std::uint32_t>(ReadNumber(bytes));
  sample.records = own;
  return static_cast<std::size_t>(bytes - log.data());
}

void SampleLog::Keep(Written bytes) {
  if (bytes.size() != Bytes().size()) block_ = std::make_unique_for_overwrite<unsigned char[]>(1 + bytes.size());
  block_[0] = static_cast<unsigned char>(bytes.size());
  std::ranges::copy(bytes, block_.get() + 1);
}

bool SampleLog::Add(const Sample& sample, const Shape& shape, Measures& measures) {
  if (sample.records.size() > kMostRecords) return false;
  const std::int64_t own = SlidingWindow::StepAt(sample.at, shape.step);
  std::int64_t newest = own;
  Each([&](const Sample& other) { newest = std::max(newest, SlidingWindow::StepAt(other.at, shape.step)); });
  const std::int64_t oldest = newest - SlidingWindow::kSteps;
  if (own < oldest) return false;
  Writer log;
  Sum sum(shape.measure);
  EachOf(Bytes(), [&](const Sample& other, std::size_t begin, std::size_t end) {
    if (SlidingWindow::StepAt(other.at, shape.step) < oldest) return;
    log.Copy(Bytes().subspan(begin, end - begin));
    sum.Add(other);
  });
  log.Write(sample);
  if (log.bytes().size() > kMostBytes) return false;
  measures.before = sum.Measured();
  sum.Add(sample);
  measures.with = sum.Measured();
  measures.newest_step = newest;
  Keep(log.bytes());
  return true;
}

}  // namespace vigie::threshold
