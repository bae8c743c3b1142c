#include "core/content/part.h"

#include <algorithm>
#include <utility>

namespace vigie::content {

SourceStream::SourceStream(ByteSource& source, Coverage& coverage, std::uint64_t offset)
    : source_(source), coverage_(coverage), offset_(offset) {
}

std::size_t SourceStream::Read(std::span<char> into) {
  const auto count = source_.ReadAt(offset_, into);
  if (!count) {
    coverage_.Note(v1::REASON_UNREADABLE);
    return 0;
  }
  if (*count == 0 && !into.empty()) NoteEnd();
  offset_ += *count;
  return *count;
}

void SourceStream::NoteEnd() {
  // The file was cut short while we read it: what was behind the new end was never seen.
  if (offset_ < source_.size()) coverage_.Note(v1::REASON_UNREADABLE);
}

Part::Part(ContentStream& stream, std::string origin, ScanBudget& budget, ByteSource* source)
    : stream_(stream), origin_(std::move(origin)), budget_(budget), source_(source), head_(kHeadBytes, '\0') {
  std::size_t filled = 0;
  while (filled < head_.size()) {
    const auto count = ReadPaid(std::span(head_).subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  head_.resize(filled);
}

std::size_t Part::Read(std::span<char> into) {
  if (head_read_ == head_.size()) return ReadPaid(into);
  const auto count = std::min(into.size(), head_.size() - head_read_);
  std::ranges::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(head_read_), static_cast<std::ptrdiff_t>(count),
                      into.begin());
  head_read_ += count;
  return count;
}

std::size_t Part::ReadPaid(std::span<char> into) {
  // Paid after reading: a file of exactly the budget's size is not too large.
  return static_cast<std::size_t>(budget_.TakeBytes(stream_.Read(into)));
}

}  // namespace vigie::content
