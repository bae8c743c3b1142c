#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/content/byte_source.h"
#include "core/content/coverage.h"
#include "core/content/scan_budget.h"

namespace vigie::content {

// Bytes in order, once. What goes wrong on the way is noted in the coverage by the stream itself; its reader sees an
// end.
class ContentStream {
 public:
  virtual ~ContentStream() = default;
  // Up to into.size() bytes; 0 = the end.
  virtual std::size_t Read(std::span<char> into) = 0;
};

// A byte source from a position on, in order.
class SourceStream final : public ContentStream {
 public:
  SourceStream(ByteSource& source, Coverage& coverage, std::uint64_t offset = 0);
  std::size_t Read(std::span<char> into) override;

 private:
  void NoteEnd();
  ByteSource& source_;
  Coverage& coverage_;
  std::uint64_t offset_;
};

// One file, or one entry of a container: a stream whose beginning can be looked at before it is read. Everything read
// through a part, and only that, is paid for from the budget. Not thread-safe.
class Part {
 public:
  static constexpr std::size_t kHeadBytes = 36 * 1024;  // the signature of a disk image stands at 32 KiB

  // `source`, if there is one, holds the same bytes as `stream`.
  Part(ContentStream& stream, std::string origin, ScanBudget& budget, ByteSource* source = nullptr);

  const std::string& origin() const { return origin_; }
  // The first kHeadBytes, fewer if there are no more.
  std::string_view head() const { return head_; }
  bool head_is_all() const { return head_.size() < kHeadBytes; }
  // From the first byte on, head included; 0 = the end.
  std::size_t Read(std::span<char> into);
  // Nullptr if the bytes can only be read in order.
  ByteSource* source() { return source_; }

 private:
  std::size_t ReadPaid(std::span<char> into);
  ContentStream& stream_;
  std::string origin_;
  ScanBudget& budget_;
  ByteSource* source_;
  std::string head_;
  std::size_t head_read_ = 0;
};

}  // namespace vigie::content
