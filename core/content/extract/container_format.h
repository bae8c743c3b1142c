#pragma once

#include <optional>
#include <string_view>

namespace vigie::content {

// Formats that hold other content. Archives hold named entries; the others are one compressed stream.
enum class ContainerFormat {
  kZip,
  kSevenZip,
  kRar,  // 2 to 4
  kRar5,
  kTar,
  kCpio,
  kIso9660,
  kAr,  // also Debian packages
  kCab,
  kLha,
  kRpm,
  kGzip,
  kZlib,
  kBzip2,
  kXz,
  kZstandard,
  kLz4,
  kLzma,
  kLzip,
  kCompress,
};

// The format whose signature `head`, the beginning of a part, carries. libmagic's answer is not asked for: it misses
// tar without "ustar", images of disks, and containers whose beginning reads as text.
std::optional<ContainerFormat> SniffContainer(std::string_view head);

// A zlib stream (RFC 1950), which has no signature worth the name: its beginning is unpacked.
bool IsZlib(std::string_view head);

// application/x-tar; for a zip that is an office document, its own name.
std::string_view ContainerMediaType(ContainerFormat format, std::string_view head);

// The OpenDocument type with which `text` begins, of those that there are (OpenDocument 1.3, part 2, appendix C): any
// other words of a file would travel with the answer. Empty: with none.
std::string_view OpenDocumentMediaType(std::string_view text);

// One compressed stream, without entries of its own.
bool IsOneStream(ContainerFormat format);
// Its table of contents is at its end.
bool NeedsSeeking(ContainerFormat format);

}  // namespace vigie::content
