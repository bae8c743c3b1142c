#include "core/content/extract/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>

namespace vigie::content {
namespace {

int FilterCode(ContainerFormat format) {
  switch (format) {
    case ContainerFormat::kGzip:
      return ARCHIVE_FILTER_GZIP;
    case ContainerFormat::kBzip2:
      return ARCHIVE_FILTER_BZIP2;
    case ContainerFormat::kXz:
      return ARCHIVE_FILTER_XZ;
    case ContainerFormat::kZstandard:
      return ARCHIVE_FILTER_ZSTD;
    case ContainerFormat::kLz4:
      return ARCHIVE_FILTER_LZ4;
    case ContainerFormat::kLzma:
      return ARCHIVE_FILTER_LZMA;
    default:
      return ARCHIVE_FILTER_LZIP;
  }
}

// libarchive says in words what it has no numbers for.
v1::Reason ReasonOf(std::string_view message) {
  const auto says = [message](std::string_view words) { return message.find(words) != std::string_view::npos; };
  if (says("ncrypt") || says("Crypto") || says("passphrase")) return v1::REASON_ENCRYPTED;
  if (says("nsupported") || says("not supported") || says("unavailable")) return v1::REASON_UNSUPPORTED;
  return v1::REASON_CORRUPT;
}

void AppendLine(const char* text, std::string& lines) {
  if (text != nullptr && *text != '\0') lines.append(text).push_back('\n');
}

}  // namespace

// libarchive's view of an input.
struct ArchiveReader::Callbacks {
  static la_ssize_t Read(archive* reader, void* input, const void** bytes) {
    const auto next = static_cast<ArchiveInput*>(input)->ReadNext();
    if (!next) {
      const bool is_too_large = next.error().code == base::ErrorCode::kResourceExhausted;
      archive_set_error(reader, is_too_large ? ENOMEM : EIO, "source cannot be read");
      return ARCHIVE_FATAL;
    }
    *bytes = next->data();
    return static_cast<la_ssize_t>(next->size());
  }
  static la_int64_t Skip(archive*, void* input, la_int64_t request) {
    const auto wanted = static_cast<std::uint64_t>(std::max<la_int64_t>(request, 0));
    return static_cast<la_int64_t>(static_cast<ArchiveInput*>(input)->Skip(wanted));
  }
  static la_int64_t Seek(archive*, void* input, la_int64_t offset, int whence) {
    const auto position = static_cast<ArchiveInput*>(input)->Seek(offset, whence);
    return position ? static_cast<la_int64_t>(*position) : ARCHIVE_FATAL;
  }
};

ArchiveReader::ArchiveReader(ArchiveInput& input, ContainerFormat format, bool in_order)
    : format_(format), input_(input), archive_(archive_read_new()) {
  if (archive_ == nullptr) throw std::bad_alloc();
  open_ = Open(in_order);
  if (!open_) NoteTrouble();
}

ArchiveReader::~ArchiveReader() {
  archive_read_free(archive_);
}

void ArchiveReader::SupportFormat(bool in_order) {
  switch (format_) {
    case ContainerFormat::kZip:
      // By the central directory; if that is cut off, entry by entry from the start.
      if (!in_order && input_.can_seek()) archive_read_support_format_zip_seekable(archive_);
      archive_read_support_format_zip_streamable(archive_);
      return;
    case ContainerFormat::kSevenZip:
      archive_read_support_format_7zip(archive_);
      return;
    case ContainerFormat::kRar:
      archive_read_support_format_rar(archive_);
      return;
    case ContainerFormat::kRar5:
      archive_read_support_format_rar5(archive_);
      return;
    case ContainerFormat::kTar:
      archive_read_support_format_tar(archive_);
      // What follows the first end of the archive may be another one; extractors that were told so read it.
      archive_read_set_options(archive_, "tar:read_concatenated_archives");
      return;
    case ContainerFormat::kCpio:
      archive_read_support_format_cpio(archive_);
      return;
    case ContainerFormat::kIso9660:
      archive_read_support_format_iso9660(archive_);
      return;
    case ContainerFormat::kAr:
      archive_read_support_format_ar(archive_);
      return;
    case ContainerFormat::kCab:
      archive_read_support_format_cab(archive_);
      return;
    case ContainerFormat::kLha:
      archive_read_support_format_lha(archive_);
      return;
    case ContainerFormat::kCompress:
      // Its filter reads at once, and cannot be appended before there is something to read.
      archive_read_support_filter_compress(archive_);
      archive_read_support_format_raw(archive_);
      return;
    default:
      // Exactly once: libarchive's own recognition would unwrap gzip in gzip as well, past our depth and our account.
      archive_read_append_filter(archive_, FilterCode(format_));
      archive_read_support_format_raw(archive_);
  }
}

bool ArchiveReader::Open(bool in_order) {
  SupportFormat(in_order);
  archive_read_set_callback_data(archive_, &input_);
  archive_read_set_read_callback(archive_, Callbacks::Read);
  archive_read_set_skip_callback(archive_, Callbacks::Skip);
  if (input_.can_seek()) archive_read_set_seek_callback(archive_, Callbacks::Seek);
  return archive_read_open1(archive_) == ARCHIVE_OK;
}

ArchiveReader::Entry ArchiveReader::Describe(archive_entry* header) const {
  Entry entry;
  const char* name = archive_entry_pathname_utf8(header);
  if (name == nullptr) name = archive_entry_pathname(header);
  entry.name = name == nullptr ? "?" : name;
  AppendLine(archive_entry_symlink(header), entry.other_names);
  AppendLine(archive_entry_hardlink(header), entry.other_names);
  AppendLine(archive_entry_uname(header), entry.other_names);
  AppendLine(archive_entry_gname(header), entry.other_names);
  const bool is_link = archive_entry_hardlink(header) != nullptr && archive_entry_size(header) == 0;
  // A damaged or false type must not hide content: only what has neither the type nor a size has none.
  const auto type = archive_entry_filetype(header);
  const bool is_file = type == AE_IFREG || type == 0;
  entry.has_content = IsOneStream(format_) || archive_entry_size(header) > 0 || (is_file && !is_link);
  entry.encrypted = archive_entry_is_encrypted(header) != 0;
  return entry;
}

std::optional<ArchiveReader::Entry> ArchiveReader::Next() {
  if (!open_ || must_end_) return std::nullopt;
  trouble_.reset();
  archive_entry* header = nullptr;
  const int status = archive_read_next_header(archive_, &header);
  if (status == ARCHIVE_EOF) return std::nullopt;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    NoteTrouble();
    return std::nullopt;
  }
  auto entry = Describe(header);
  const char* const warning = status == ARCHIVE_WARN ? archive_error_string(archive_) : nullptr;
  // Most warnings are about names. This one says that bytes between two entries were passed over.
  entry.follows_damage = warning != nullptr && std::string_view(warning).find("kipped") != std::string_view::npos;
  return entry;
}

std::size_t ArchiveReader::Read(std::span<char> into) {
  const auto count = archive_read_data(archive_, into.data(), into.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  NoteTrouble();
  // libarchive 3.6 reads a null pointer when it passes over the rest of a cab's entry whose data are damaged.
  must_end_ = format_ == ContainerFormat::kCab;
  return 0;
}

std::uint64_t ArchiveReader::ConsumedBytes() const {
  return open_ ? static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, -1), 0)) : 0;
}

void ArchiveReader::NoteTrouble() {
  const char* const text = archive_error_string(archive_);
  trouble_ = ReasonOf(text == nullptr ? "" : text);
  if (archive_errno(archive_) == EIO) trouble_ = v1::REASON_UNREADABLE;
  if (archive_errno(archive_) == ENOMEM) trouble_ = v1::REASON_TOO_LARGE;
}

}  // namespace vigie::content
