#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/content/byte_source.h"
#include "core/content/extract/extractor.h"
#include "core/content/part.h"

namespace vigie::content {

// Where an archive reader gets its bytes from. Not thread-safe.
class ArchiveInput {
 public:
  virtual ~ArchiveInput() = default;
  // The next bytes, valid until the call after the next; empty = the end. An error: they cannot be read;
  // kResourceExhausted: the reader has let the process grow too much for more of them.
  virtual base::Result<std::string_view> ReadNext() = 0;
  // Passes over so many bytes at most; how many.
  virtual std::uint64_t Skip(std::uint64_t bytes) = 0;
  virtual bool can_seek() const = 0;
  // Nothing if there is no such place.
  virtual std::optional<std::uint64_t> Seek(std::int64_t offset, int whence) = 0;
  // What follows the first `consumed` bytes, of which some may have been handed out already. The input is of no further
  // use.
  virtual std::unique_ptr<ContentStream> Rest(std::uint64_t consumed) = 0;
};

// Bytes that can be read anywhere.
class SourceInput final : public ArchiveInput {
 public:
  SourceInput(ByteSource& source, Extraction& extraction) : source_(source), extraction_(extraction) {}
  base::Result<std::string_view> ReadNext() override;
  std::uint64_t Skip(std::uint64_t bytes) override;
  bool can_seek() const override { return true; }
  std::optional<std::uint64_t> Seek(std::int64_t offset, int whence) override;
  std::unique_ptr<ContentStream> Rest(std::uint64_t consumed) override;

 private:
  ByteSource& source_;
  Extraction& extraction_;
  std::uint64_t position_ = 0;
  std::array<char, 64 * 1024> buffer_{};
};

// Bytes that come once, in order. What was handed out last is kept, since a reader looks further ahead than it uses.
class StreamInput final : public ArchiveInput {
 public:
  StreamInput(ContentStream& stream, Extraction& extraction) : stream_(stream), extraction_(extraction) {}
  base::Result<std::string_view> ReadNext() override;
  std::uint64_t Skip(std::uint64_t) override { return 0; }
  bool can_seek() const override { return false; }
  std::optional<std::uint64_t> Seek(std::int64_t, int) override { return std::nullopt; }
  std::unique_ptr<ContentStream> Rest(std::uint64_t consumed) override;

 private:
  static constexpr std::size_t kBlockBytes = 64 * 1024;
  ContentStream& stream_;
  Extraction& extraction_;
  std::uint64_t handed_out_ = 0;
  std::string last_;
  std::string before_last_;
};

// A part as a stream.
class PartStream final : public ContentStream {
 public:
  explicit PartStream(Part& part) : part_(part) {}
  std::size_t Read(std::span<char> into) override { return part_.Read(into); }

 private:
  Part& part_;
};

// Some bytes, then a stream.
class ContinuedStream final : public ContentStream {
 public:
  ContinuedStream(std::string first, ContentStream& then) : first_(std::move(first)), then_(then) {}
  std::size_t Read(std::span<char> into) override;

 private:
  std::string first_;
  std::size_t position_ = 0;
  ContentStream& then_;
};

// A stretch of a source as a source of its own.
class SourceRange final : public ByteSource {
 public:
  SourceRange(ByteSource& source, std::uint64_t begin, std::uint64_t end) : source_(source), begin_(begin), end_(end) {}
  base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) override;
  std::uint64_t size() const override { return end_ - begin_; }

 private:
  ByteSource& source_;
  std::uint64_t begin_;
  std::uint64_t end_;
};

}  // namespace vigie::content
