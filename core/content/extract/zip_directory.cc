#include "core/content/extract/zip_directory.h"

#include <algorithm>
#include <string_view>

namespace vigie::content {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kHeaderBytes = 46;       // of the directory, for one entry
constexpr std::size_t kLocalHeaderBytes = 30;  // before an entry's content
constexpr std::size_t kLargestComment = 65535;
constexpr std::uint64_t kDescriptorBytes = 24;  // behind an entry's content, at most
// The usual extra fields (times, owners, sizes) are smaller, and hold no text.
constexpr std::size_t kLargestUsualExtra = 64;
// Names and comments of all entries: a thousand bytes each for as many as are looked at.
constexpr std::uint64_t kMostKept = std::uint64_t{10} << 20;

std::uint64_t Number(std::string_view bytes, std::size_t position, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width && position + i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[position + i])) << (8 * i);
  }
  return value;
}

// Exactly `size` bytes, or none.
std::string ReadExactly(ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const auto count = source.ReadAt(offset, bytes);
  if (!count || *count < size) bytes.clear();
  return bytes;
}

// Where the directory is, as the record at the end of the file has it.
struct End {
  std::uint64_t position = 0;  // of the record itself, or of its 64-bit form
  std::uint64_t directory_offset = 0;
  std::uint64_t directory_bytes = 0;
  std::uint64_t file_end = 0;  // behind the comment
  std::string comment;
};

void ApplyZip64(ByteSource& source, std::uint64_t position, End& end) {
  constexpr std::size_t kLocatorBytes = 20;
  constexpr std::size_t kEnd64Bytes = 56;
  if (position < kLocatorBytes) return;
  const auto locator = ReadExactly(source, position - kLocatorBytes, kLocatorBytes);
  if (!locator.starts_with("PK\x06\x07")) return;
  const auto offset = Number(locator, 8, 8);
  const auto record = ReadExactly(source, offset, kEnd64Bytes);
  if (!record.starts_with("PK\x06\x06")) return;
  end.position = offset;
  end.directory_bytes = Number(record, 40, 8);
  end.directory_offset = Number(record, 48, 8);
}

std::optional<End> FindEnd(ByteSource& source) {
  const auto size = source.size();
  if (size < kEndBytes) return std::nullopt;
  const auto tail_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(size, kEndBytes + kLargestComment));
  const auto tail = ReadExactly(source, size - tail_bytes, tail_bytes);
  for (auto at = tail.rfind("PK\x05\x06"); at != std::string::npos && at + kEndBytes <= tail.size();
       at = at == 0 ? std::string::npos : tail.rfind("PK\x05\x06", at - 1)) {
    const auto comment_bytes = static_cast<std::size_t>(Number(tail, at + 20, 2));
    if (at + kEndBytes + comment_bytes > tail.size()) continue;
    const auto position = size - tail_bytes + at;
    End end{.position = position,
            .directory_offset = Number(tail, at + 16, 4),
            .directory_bytes = Number(tail, at + 12, 4),
            .file_end = position + kEndBytes + comment_bytes,
            .comment = tail.substr(at + kEndBytes, comment_bytes)};
    ApplyZip64(source, position, end);
    if (end.directory_bytes <= end.position) return end;
  }
  return std::nullopt;
}

struct Header {
  std::uint64_t local_offset = 0;
  std::uint64_t packed_bytes = 0;
  bool has_descriptor = false;
};

// Sizes that need 64 bits stand in extra field 1, in a fixed order, only those that are needed.
void ApplyZip64Extra(std::string_view extra, bool has_large_size, Header& header) {
  for (std::size_t at = 0; at + 4 <= extra.size(); at += 4 + static_cast<std::size_t>(Number(extra, at + 2, 2))) {
    if (Number(extra, at, 2) != 1) continue;
    std::size_t field = at + 4 + (has_large_size ? 8 : 0);
    if (header.packed_bytes == 0xffffffff) {
      header.packed_bytes = Number(extra, field, 8);
      field += 8;
    }
    if (header.local_offset == 0xffffffff) header.local_offset = Number(extra, field, 8);
    return;
  }
}

class DirectoryReading {
 public:
  DirectoryReading(ByteSource& source, End end)
      : source_(source),
        end_(std::move(end)),
        begin_(end_.position - end_.directory_bytes),
        // A prefix moves everything: offsets count from where the zip once began.
        shift_(begin_ - std::min(begin_, end_.directory_offset)) {}

  std::optional<ZipDirectory> Run(std::size_t most_entries) {
    AddLine(end_.comment);
    for (auto at = begin_; at < end_.position;) {
      const auto header = Window(at, kHeaderBytes);
      if (!header.starts_with("PK\x01\x02")) {
        if (at == begin_) return std::nullopt;
        break;  // a signature of the directory may follow: it counts as unclaimed
      }
      directory_.is_too_large = kept_bytes_ > kMostKept;
      if (directory_.names.size() == most_entries || directory_.is_too_large) {
        directory_.has_all_entries = false;
        return std::move(directory_);
      }
      at += ReadHeader(at, std::string(header));
      directory_end_ = at;
    }
    FindUnclaimed();
    return std::move(directory_);
  }

 private:
  // Bytes of the directory; shorter at the end of the file.
  std::string_view Window(std::uint64_t offset, std::size_t size) {
    constexpr std::size_t kWindowBytes = 256 * 1024;
    if (offset < window_begin_ || offset + size > window_begin_ + window_.size()) {
      window_.resize(kWindowBytes);
      const auto count = source_.ReadAt(offset, window_);
      window_.resize(count ? *count : 0);
      window_begin_ = offset;
    }
    return std::string_view(window_).substr(static_cast<std::size_t>(offset - window_begin_), size);
  }

  std::uint64_t ReadHeader(std::uint64_t at, const std::string& fixed) {
    const auto name_bytes = static_cast<std::size_t>(Number(fixed, 28, 2));
    const auto extra_bytes = static_cast<std::size_t>(Number(fixed, 30, 2));
    const auto comment_bytes = static_cast<std::size_t>(Number(fixed, 32, 2));
    Header header{.local_offset = Number(fixed, 42, 4),
                  .packed_bytes = Number(fixed, 20, 4),
                  .has_descriptor = (Number(fixed, 8, 2) & 8) != 0};
    const auto variable = Window(at + kHeaderBytes, name_bytes + extra_bytes + comment_bytes);
    directory_.names.emplace_back(variable.substr(0, name_bytes));
    kept_bytes_ += variable.size();
    const auto extra = variable.substr(std::min(name_bytes, variable.size()), extra_bytes);
    ApplyZip64Extra(extra, Number(fixed, 24, 4) == 0xffffffff, header);
    if (extra.size() > kLargestUsualExtra) AddLine(extra);
    AddLine(variable.substr(std::min(name_bytes + extra_bytes, variable.size())));
    headers_.push_back(header);
    return kHeaderBytes + name_bytes + extra_bytes + comment_bytes;
  }

  void AddLine(std::string_view text) {
    if (!text.empty()) directory_.comments.append(text).push_back('\n');
  }

  // From an entry's local header to the end of its content.
  ByteRange RangeOf(const Header& header) {
    const auto begin = header.local_offset + shift_;
    const auto local = ReadExactly(source_, begin, kLocalHeaderBytes);
    if (!local.starts_with("PK\x03\x04")) return {};
    const auto name_bytes = Number(local, 26, 2);
    const auto extra_bytes = static_cast<std::size_t>(Number(local, 28, 2));
    const auto content = begin + kLocalHeaderBytes + name_bytes + extra_bytes;
    if (extra_bytes > kLargestUsualExtra) AddLine(ReadExactly(source_, content - extra_bytes, extra_bytes));
    if (header.packed_bytes > source_.size()) return {begin, source_.size()};
    return {begin, content + header.packed_bytes};
  }

  void FindUnclaimed() {
    std::uint64_t claimed = 0;
    bool may_follow_descriptor = false;
    std::ranges::sort(headers_, {}, &Header::local_offset);
    for (const auto& header : headers_) {
      const auto range = RangeOf(header);
      Claim(claimed, range.begin, may_follow_descriptor);
      if (range.end > claimed) may_follow_descriptor = header.has_descriptor;
      claimed = std::max(claimed, range.end);
    }
    Claim(claimed, begin_, may_follow_descriptor);
    Claim(directory_end_, end_.position, false);
    Claim(end_.file_end, source_.size(), false);
  }

  // What lies between `claimed` and `begin` belongs to nobody.
  void Claim(std::uint64_t claimed, std::uint64_t begin, bool may_follow_descriptor) {
    if (begin <= claimed || (may_follow_descriptor && begin - claimed <= kDescriptorBytes)) return;
    directory_.unclaimed.push_back({claimed, begin});
  }

  ByteSource& source_;
  End end_;
  std::uint64_t begin_;
  std::uint64_t shift_;
  std::uint64_t directory_end_ = 0;
  std::uint64_t kept_bytes_ = 0;
  std::string window_;
  std::uint64_t window_begin_ = 0;
  std::vector<Header> headers_;
  ZipDirectory directory_;
};

}  // namespace

std::optional<ZipDirectory> ReadZipDirectory(ByteSource& source, std::size_t most_entries) {
  auto end = FindEnd(source);
  if (!end) return std::nullopt;
  if (end->directory_bytes == 0) {
    // Without any entry the record is all there is.
    ZipDirectory empty{.names = {}, .comments = end->comment + "\n", .unclaimed = {}, .has_all_entries = true};
    if (end->position > 0) empty.unclaimed.push_back({0, end->position});
    if (end->file_end < source.size()) empty.unclaimed.push_back({end->file_end, source.size()});
    return empty;
  }
  return DirectoryReading(source, *std::move(end)).Run(most_entries);
}

bool EndsAsZip(ByteSource& source) {
  const auto end = FindEnd(source);
  if (!end || end->directory_bytes < kHeaderBytes) return false;
  return ReadExactly(source, end->position - end->directory_bytes, 4) == "PK\x01\x02";
}

}  // namespace vigie::content
