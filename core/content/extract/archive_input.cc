#include "core/content/extract/archive_input.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace vigie::content {
namespace {

// A header that names gigabytes of itself makes a reader collect as much.
base::Error TooLarge() {
  return {base::ErrorCode::kResourceExhausted, "the reader keeps too much"};
}

}  // namespace

base::Result<std::string_view> SourceInput::ReadNext() {
  if (!extraction_.budget().HasMemory()) return TooLarge();
  const auto count = source_.ReadAt(position_, buffer_);
  if (!count) return count.error();
  position_ += *count;
  return std::string_view(buffer_.data(), *count);
}

std::uint64_t SourceInput::Skip(std::uint64_t bytes) {
  const auto skipped = std::min(bytes, source_.size() - std::min(position_, source_.size()));
  position_ += skipped;
  return skipped;
}

std::optional<std::uint64_t> SourceInput::Seek(std::int64_t offset, int whence) {
  const auto size = static_cast<std::int64_t>(source_.size());
  const std::int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<std::int64_t>(position_) : size;
  if (offset > size - from || offset < -from) return std::nullopt;  // offsets come from the container: not trusted
  position_ = static_cast<std::uint64_t>(from + offset);
  return position_;
}

std::unique_ptr<ContentStream> SourceInput::Rest(std::uint64_t consumed) {
  return std::make_unique<SourceStream>(source_, extraction_.coverage(), std::min(consumed, source_.size()));
}

base::Result<std::string_view> StreamInput::ReadNext() {
  if (!extraction_.budget().HasMemory()) return TooLarge();
  std::swap(last_, before_last_);
  last_.resize(kBlockBytes);
  last_.resize(stream_.Read(last_));
  handed_out_ += last_.size();
  return std::string_view(last_);
}

std::unique_ptr<ContentStream> StreamInput::Rest(std::uint64_t consumed) {
  std::string kept = before_last_ + last_;
  const auto unused = handed_out_ - std::min(consumed, handed_out_);
  if (unused < kept.size()) kept.erase(0, kept.size() - static_cast<std::size_t>(unused));
  return std::make_unique<ContinuedStream>(std::move(kept), stream_);
}

std::size_t ContinuedStream::Read(std::span<char> into) {
  if (position_ == first_.size()) return then_.Read(into);
  const auto taken = std::string_view(first_).substr(position_, into.size());
  std::ranges::copy(taken, into.begin());
  position_ += taken.size();
  return taken.size();
}

base::Result<std::size_t> SourceRange::ReadAt(std::uint64_t offset, std::span<char> into) {
  if (offset >= size()) return std::size_t{0};
  const auto wanted = std::min<std::uint64_t>(into.size(), size() - offset);
  return source_.ReadAt(begin_ + offset, into.first(static_cast<std::size_t>(wanted)));
}

}  // namespace vigie::content
