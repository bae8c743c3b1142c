#include "core/content/extract/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>

namespace vigie::content {

// libarchive's view of a byte source.
class ArchiveReader::SourceCallbacks {
 public:
  explicit SourceCallbacks(ByteSource& source) : source_(source) {}

  static la_ssize_t Read(archive* reader, void* self, const void** bytes) {
    return static_cast<SourceCallbacks*>(self)->ReadNext(reader, bytes);
  }
  static la_int64_t Skip(archive*, void* self, la_int64_t request) {
    return static_cast<SourceCallbacks*>(self)->SkipAhead(request);
  }
  static la_int64_t Seek(archive*, void* self, la_int64_t offset, int whence) {
    return static_cast<SourceCallbacks*>(self)->SeekTo(offset, whence);
  }

 private:
  la_ssize_t ReadNext(archive* reader, const void** bytes) {
    const auto count = source_.ReadAt(position_, buffer_);
    if (!count) {
      archive_set_error(reader, EIO, "source cannot be read");
      return ARCHIVE_FATAL;
    }
    position_ += *count;
    *bytes = buffer_.data();
    return static_cast<la_ssize_t>(*count);
  }

  la_int64_t SkipAhead(la_int64_t request) {
    const auto left = source_.size() - std::min(position_, source_.size());
    const auto skipped = std::min(static_cast<std::uint64_t>(std::max<la_int64_t>(request, 0)), left);
    position_ += skipped;
    return static_cast<la_int64_t>(skipped);
  }

  la_int64_t SeekTo(la_int64_t offset, int whence) {
    const auto size = static_cast<la_int64_t>(source_.size());
    const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<la_int64_t>(position_) : size;
    if (offset > size - from || offset < -from) return ARCHIVE_FATAL;  // offsets come from the container: not trusted
    position_ = static_cast<std::uint64_t>(from + offset);
    return from + offset;
  }

  ByteSource& source_;
  std::uint64_t position_ = 0;
  std::array<char, 64 * 1024> buffer_{};
};

ArchiveReader::ArchiveReader(ByteSource& source, ContainerFormat format)
    : format_(format),
      source_bytes_(source.size()),
      callbacks_(std::make_unique<SourceCallbacks>(source)),
      archive_(archive_read_new()) {
  if (archive_ == nullptr) throw std::bad_alloc();
  open_ = Open();
  if (!open_) NoteTrouble();
}

ArchiveReader::~ArchiveReader() {
  archive_read_free(archive_);
}

bool ArchiveReader::Open() {
  if (format_ == ContainerFormat::kZip) {
    // By the central directory; if that is cut off, entry by entry from the start.
    archive_read_support_format_zip_seekable(archive_);
    archive_read_support_format_zip_streamable(archive_);
  } else {
    // Exactly once: libarchive's own recognition would unwrap gzip in gzip as well, past our depth and our account.
    archive_read_append_filter(archive_, ARCHIVE_FILTER_GZIP);
    archive_read_support_format_raw(archive_);
  }
  archive_read_set_callback_data(archive_, callbacks_.get());
  archive_read_set_read_callback(archive_, SourceCallbacks::Read);
  archive_read_set_skip_callback(archive_, SourceCallbacks::Skip);
  archive_read_set_seek_callback(archive_, SourceCallbacks::Seek);
  return archive_read_open1(archive_) == ARCHIVE_OK;
}

std::optional<ArchiveReader::Entry> ArchiveReader::Next() {
  if (!open_) return std::nullopt;
  trouble_.reset();
  archive_entry* header = nullptr;
  const int status = archive_read_next_header(archive_, &header);
  if (status == ARCHIVE_EOF) return std::nullopt;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    NoteTrouble();
    return std::nullopt;
  }
  const char* const name = archive_entry_pathname_utf8(header);
  return Entry{.name = name == nullptr ? "?" : name,
               .has_content = format_ == ContainerFormat::kGzip || archive_entry_filetype(header) == AE_IFREG,
               .encrypted = archive_entry_is_encrypted(header) != 0};
}

std::size_t ArchiveReader::Read(std::span<char> into) {
  const auto count = archive_read_data(archive_, into.data(), into.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  NoteTrouble();
  return 0;
}

std::uint64_t ArchiveReader::BytesBehindEnd() const {
  if (format_ != ContainerFormat::kGzip || !open_) return 0;
  const auto used = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, -1), 0));
  return source_bytes_ - std::min(used, source_bytes_);
}

void ArchiveReader::NoteTrouble() {
  if (archive_errno(archive_) == ENOMEM) throw std::bad_alloc();
  const char* const text = archive_error_string(archive_);
  const std::string_view message = text == nullptr ? "" : text;
  trouble_ = message.starts_with("Unsupported") ? v1::REASON_UNSUPPORTED : v1::REASON_CORRUPT;
  if (archive_errno(archive_) == EIO) trouble_ = v1::REASON_UNREADABLE;
}

}  // namespace vigie::content
