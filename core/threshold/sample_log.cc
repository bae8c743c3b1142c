#include "core/threshold/sample_log.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace vigie::threshold {
namespace {

constexpr int kBitsOfByte = 7;

// Little-endian base 128.
void Write(std::uint64_t number, std::vector<unsigned char>& bytes) {
  for (; number >= 0x80; number >>= kBitsOfByte) bytes.push_back(static_cast<unsigned char>(number | 0x80));
  bytes.push_back(static_cast<unsigned char>(number));
}

std::uint64_t ReadNumber(const unsigned char*& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0;; shift += kBitsOfByte) {
    const std::uint64_t byte = *bytes++;
    number |= (byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
}

void WriteSample(const Sample& sample, std::vector<unsigned char>& bytes) {
  const std::int64_t at = sample.at.time_since_epoch().count();
  const auto place = bytes.size();
  bytes.resize(place + sizeof(at));
  std::memcpy(bytes.data() + place, &at, sizeof(at));
  for (const std::uint64_t number :
       {std::uint64_t{sample.number.agent}, sample.number.boot_epoch, sample.number.sequence, sample.accesses,
        sample.bytes, sample.file, std::uint64_t{sample.records.size()}}) {
    Write(number, bytes);
  }
  std::uint32_t last = 0;
  for (const customers::RecordId id : sample.records) {
    Write(id - last, bytes);
    last = id;
  }
}

std::uint64_t SaturatingSum(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b > most - a ? most : a + b;
}

template <typename T>
std::uint64_t Distinct(std::vector<T>& values) {
  std::ranges::sort(values);
  return static_cast<std::uint64_t>(std::ranges::unique(values).begin() - values.begin());
}

}  // namespace

std::size_t SampleLog::size() const {
  return block_ == nullptr ? 0 : block_[0];
}

std::size_t SampleLog::Read(std::size_t at, Sample& sample, std::vector<customers::RecordId>& records) const {
  const unsigned char* bytes = block_.get() + 1 + at;
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
  records.resize(ReadNumber(bytes));
  std::uint32_t last = 0;
  for (customers::RecordId& id : records) id = last += static_cast<std::uint32_t>(ReadNumber(bytes));
  sample.records = records;
  return static_cast<std::size_t>(bytes - (block_.get() + 1));
}

bool SampleLog::Covers(base::SystemTime at, const Shape& shape) const {
  bool any = false;
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  Each([&](const Sample& sample) {
    any = true;
    newest = std::max(newest, SlidingWindow::StepAt(sample.at, shape.step));
  });
  return !any || SlidingWindow::StepAt(at, shape.step) >= newest - SlidingWindow::kSteps;
}

std::uint64_t SampleLog::Measured(v1::Measure measure) const {
  std::uint64_t sum = 0;
  std::vector<std::uint64_t> files;
  std::vector<customers::RecordId> records;
  Each([&](const Sample& sample) {
    if (measure == v1::MEASURE_EVENTS) sum = SaturatingSum(sum, sample.accesses);
    if (measure == v1::MEASURE_BYTES) sum = SaturatingSum(sum, sample.bytes);
    if (measure == v1::MEASURE_DISTINCT_FILES && sample.file != 0) files.push_back(sample.file);
    if (measure != v1::MEASURE_DISTINCT_CUSTOMERS) return;
    records.insert(records.end(), sample.records.begin(), sample.records.end());
  });
  if (measure == v1::MEASURE_DISTINCT_FILES) return Distinct(files);
  return measure == v1::MEASURE_DISTINCT_CUSTOMERS ? Distinct(records) : sum;
}

void SampleLog::Keep(const std::vector<unsigned char>& bytes) {
  if (bytes.size() != size()) block_ = std::make_unique<unsigned char[]>(1 + bytes.size());
  block_[0] = static_cast<unsigned char>(bytes.size());
  std::ranges::copy(bytes, block_.get() + 1);
}

bool SampleLog::Add(const Sample& sample, const Shape& shape, Measures& measures) {
  if (sample.records.size() > kMostRecords) return false;
  std::int64_t newest = SlidingWindow::StepAt(sample.at, shape.step);
  Each([&](const Sample& other) { newest = std::max(newest, SlidingWindow::StepAt(other.at, shape.step)); });
  std::vector<unsigned char> bytes;
  bytes.reserve(2 * kMostBytes);
  Each([&](const Sample& other) {
    if (SlidingWindow::StepAt(other.at, shape.step) >= newest - SlidingWindow::kSteps) WriteSample(other, bytes);
  });
  const std::size_t without = bytes.size();
  WriteSample(sample, bytes);
  if (bytes.size() > kMostBytes) return false;
  if (without == 0) {
    block_.reset();
  } else {
    Keep({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(without)});
  }
  measures.before = Measured(shape.measure);
  Keep(bytes);
  measures.with = Measured(shape.measure);
  measures.newest_step = newest;
  return true;
}

}  // namespace vigie::threshold
