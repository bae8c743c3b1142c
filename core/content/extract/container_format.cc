#include "core/content/extract/container_format.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace vigie::content {
namespace {

using namespace std::string_view_literals;

struct Signature {
  ContainerFormat format;
  std::size_t offset;
  std::string_view bytes;
};

constexpr std::array kSignatures = {
    Signature{ContainerFormat::kZip, 0, "PK\x03\x04"sv},
    Signature{ContainerFormat::kZip, 0, "PK\x05\x06"sv},            // without any entry
    Signature{ContainerFormat::kZip, 0, "PK\x07\x08PK\x03\x04"sv},  // once meant for several disks
    Signature{ContainerFormat::kSevenZip, 0, "7z\xbc\xaf\x27\x1c"sv},
    Signature{ContainerFormat::kRar, 0, "Rar!\x1a\x07\x00"sv},
    Signature{ContainerFormat::kRar5, 0, "Rar!\x1a\x07\x01\x00"sv},
    Signature{ContainerFormat::kIso9660, 32769, "CD001"sv},
    Signature{ContainerFormat::kAr, 0, "!<arch>\n"sv},
    Signature{ContainerFormat::kCab, 0, "MSCF\x00\x00\x00\x00"sv},
    Signature{ContainerFormat::kLha, 2, "-lh0-"sv},
    Signature{ContainerFormat::kLha, 2, "-lh5-"sv},
    Signature{ContainerFormat::kLha, 2, "-lh6-"sv},
    Signature{ContainerFormat::kLha, 2, "-lh7-"sv},
    Signature{ContainerFormat::kRpm, 0, "\xed\xab\xee\xdb"sv},
    Signature{ContainerFormat::kGzip, 0, "\x1f\x8b\x08"sv},
    Signature{ContainerFormat::kXz, 0, "\xfd\x37zXZ\x00"sv},
    Signature{ContainerFormat::kZstandard, 0, "\x28\xb5\x2f\xfd"sv},
    Signature{ContainerFormat::kLz4, 0, "\x04\x22\x4d\x18"sv},
    Signature{ContainerFormat::kLz4, 0, "\x02\x21\x4c\x18"sv},
    Signature{ContainerFormat::kLzip, 0, "LZIP\x01"sv},
};

std::uint8_t ByteAt(std::string_view head, std::size_t position) {
  return static_cast<std::uint8_t>(head[position]);
}

// The checksum of a header (POSIX.1-1988): all its bytes, those of the checksum itself as spaces.
bool IsTar(std::string_view head) {
  constexpr std::size_t kHeaderBytes = 512;
  constexpr std::size_t kChecksumAt = 148;
  if (head.size() < kHeaderBytes || head[0] == '\0') return false;
  std::uint32_t sum = 8 * std::uint32_t{' '};
  for (std::size_t i = 0; i < kHeaderBytes; ++i) {
    if (i < kChecksumAt || i >= kChecksumAt + 8) sum += ByteAt(head, i);
  }
  std::uint32_t stated = 0;
  bool has_digit = false;
  for (const char c : head.substr(kChecksumAt, 8)) {
    if (c >= '0' && c <= '7') stated = stated * 8 + static_cast<std::uint32_t>(c - '0');
    has_digit = has_digit || (c >= '0' && c <= '7');
    if (has_digit && (c < '0' || c > '7')) break;
  }
  return has_digit && stated == sum;
}

// The old binary cpio has a magic of two bytes only; its name ends with a zero where the header says.
bool IsBinaryCpio(std::string_view head) {
  constexpr std::size_t kHeaderBytes = 26;
  if (head.size() < kHeaderBytes + 2 || !head.starts_with("\xc7\x71")) return false;
  const std::size_t name_bytes = ByteAt(head, 20) + std::size_t{256} * ByteAt(head, 21);
  return name_bytes > 1 && name_bytes < 1024 && kHeaderBytes + name_bytes <= head.size() &&
         head[kHeaderBytes + name_bytes - 1] == '\0' && head[kHeaderBytes] != '\0';
}

// "BZh", level, then the magic number of a block or of the end.
bool IsBzip2(std::string_view head) {
  if (head.size() < 10 || !head.starts_with("BZh") || head[3] < '1' || head[3] > '9') return false;
  const auto block = head.substr(4, 6);
  return block == "\x31\x41\x59\x26\x53\x59" || block == "\x17\x72\x45\x38\x50\x90";
}

// No signature: the usual properties, a dictionary whose size is a power of two, a sensible length, a zero where every
// stream of the range coder has one.
bool IsLzma(std::string_view head) {
  if (head.size() < 14 || head[0] != '\x5d' || head[13] != '\0') return false;
  std::uint32_t dictionary = 0;
  for (std::size_t i = 0; i < 4; ++i) dictionary |= static_cast<std::uint32_t>(ByteAt(head, 1 + i)) << (8 * i);
  const bool is_power = dictionary >= 4096 && (dictionary & (dictionary - 1)) == 0;
  const auto length = head.substr(5, 8);
  const bool is_unknown = std::ranges::all_of(length, [](char c) { return c == '\xff'; });
  return is_power && (is_unknown || length.substr(5) == "\0\0\0"sv);
}

// As newc, crc and odc write it: a text of digits may begin with the same six.
bool IsTextCpio(std::string_view head) {
  constexpr std::size_t kOctalBytes = 76;
  constexpr std::size_t kHexBytes = 110;
  const bool is_octal = head.starts_with("070707");
  if (!is_octal && !head.starts_with("070701") && !head.starts_with("070702")) return false;
  const auto header = head.substr(0, is_octal ? kOctalBytes : kHexBytes);
  const auto digits = is_octal ? "01234567"sv : "0123456789abcdefABCDEF"sv;
  return header.size() == (is_octal ? kOctalBytes : kHexBytes) &&
         header.find_first_not_of(digits) == std::string_view::npos;
}

bool IsCompress(std::string_view head) {
  if (head.size() < 4 || !head.starts_with("\x1f\x9d")) return false;
  const int bits = ByteAt(head, 2) & 0x1f;
  return bits >= 9 && bits <= 16 && (ByteAt(head, 2) & 0x60) == 0;
}

// A frame that decoders skip may stand before the first one.
bool IsSkippableFrame(std::string_view head) {
  return head.size() >= 8 && (ByteAt(head, 0) & 0xf0) == 0x50 && head.substr(1, 3) == "\x2a\x4d\x18";
}

// What a zip's first entries are called says which office program it belongs to.
std::string_view OfficeMediaType(std::string_view head) {
  struct Office {
    std::string_view start;
    std::string_view media_type;
  };
  constexpr std::array kOffices = {
      Office{"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      Office{"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      Office{"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"}};
  constexpr std::size_t kNameAt = 30;
  for (auto at = head.find("PK\x03\x04"); at != std::string_view::npos; at = head.find("PK\x03\x04", at + 1)) {
    const auto name = head.substr(std::min(at + kNameAt, head.size()), 256);
    for (const auto& office : kOffices) {
      if (name.starts_with(office.start)) return office.media_type;
    }
    constexpr std::string_view kTypeEntry = "mimetype";
    if (!name.starts_with(kTypeEntry)) continue;
    const auto type = OpenDocumentMediaType(name.substr(kTypeEntry.size()));
    if (!type.empty()) return type;
  }
  return "application/zip";
}

}  // namespace

std::optional<ContainerFormat> SniffContainer(std::string_view head) {
  for (const auto& signature : kSignatures) {
    if (head.size() > signature.offset && head.substr(signature.offset).starts_with(signature.bytes)) {
      return signature.format;
    }
  }
  if (IsBzip2(head)) return ContainerFormat::kBzip2;
  if (IsTar(head)) return ContainerFormat::kTar;
  if (IsBinaryCpio(head) || IsTextCpio(head)) return ContainerFormat::kCpio;
  if (IsCompress(head)) return ContainerFormat::kCompress;
  if (IsSkippableFrame(head)) return ContainerFormat::kZstandard;
  if (IsLzma(head)) return ContainerFormat::kLzma;
  if (IsZlib(head)) return ContainerFormat::kZlib;
  return std::nullopt;
}

std::string_view OpenDocumentMediaType(std::string_view text) {
  constexpr std::string_view kFamily = "application/vnd.oasis.opendocument.";
  constexpr std::array kKinds = {"text"sv,
                                 "text-template"sv,
                                 "text-master"sv,
                                 "text-web"sv,
                                 "spreadsheet"sv,
                                 "presentation"sv,
                                 "graphics"sv,
                                 "chart"sv,
                                 "formula"sv,
                                 "image"sv,
                                 "base"sv,
                                 "spreadsheet-template"sv,
                                 "database"sv,
                                 "graphics-template"sv,
                                 "text-master-template"sv,
                                 "presentation-template"sv};
  if (!text.starts_with(kFamily)) return {};
  const auto kind = text.substr(kFamily.size());
  const auto end = std::min(kind.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), kind.size());
  if (std::ranges::find(kKinds, kind.substr(0, end)) == kKinds.end()) return {};
  return text.substr(0, kFamily.size() + end);
}

std::string_view ContainerMediaType(ContainerFormat format, std::string_view head) {
  switch (format) {
    case ContainerFormat::kZip:
      return OfficeMediaType(head);
    case ContainerFormat::kSevenZip:
      return "application/x-7z-compressed";
    case ContainerFormat::kRar:
    case ContainerFormat::kRar5:
      return "application/vnd.rar";
    case ContainerFormat::kTar:
      return "application/x-tar";
    case ContainerFormat::kCpio:
      return "application/x-cpio";
    case ContainerFormat::kIso9660:
      return "application/x-iso9660-image";
    case ContainerFormat::kAr:
      return head.substr(8).starts_with("debian-binary") ? "application/vnd.debian.binary-package"
                                                         : "application/x-archive";
    case ContainerFormat::kCab:
      return "application/vnd.ms-cab-compressed";
    case ContainerFormat::kLha:
      return "application/x-lzh-compressed";
    case ContainerFormat::kRpm:
      return "application/x-rpm";
    case ContainerFormat::kGzip:
      return "application/gzip";
    case ContainerFormat::kZlib:
      return "application/zlib";
    case ContainerFormat::kBzip2:
      return "application/x-bzip2";
    case ContainerFormat::kXz:
      return "application/x-xz";
    case ContainerFormat::kZstandard:
      return "application/zstd";
    case ContainerFormat::kLz4:
      return "application/x-lz4";
    case ContainerFormat::kLzma:
      return "application/x-lzma";
    case ContainerFormat::kLzip:
      return "application/x-lzip";
    case ContainerFormat::kCompress:
      return "application/x-compress";
  }
  return "application/octet-stream";
}

bool IsZlib(std::string_view head) {
  constexpr std::size_t kTelling = 512;
  if (head.size() < 8 || head[0] != '\x78' || (ByteAt(head, 0) * 256 + ByteAt(head, 1)) % 31 != 0) return false;
  head = head.substr(0, kTelling);
  z_stream state{};
  if (inflateInit(&state) != Z_OK) return false;
  std::array<Bytef, 64> unpacked{};
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(head.data()));  // zlib does not write to it
  state.avail_in = static_cast<uInt>(head.size());
  state.next_out = unpacked.data();
  state.avail_out = static_cast<uInt>(unpacked.size());
  const int status = inflate(&state, Z_NO_FLUSH);
  const bool is_filled = state.avail_out == 0;
  inflateEnd(&state);
  return status == Z_STREAM_END || (status == Z_OK && is_filled);
}

bool IsOneStream(ContainerFormat format) {
  return format >= ContainerFormat::kGzip;
}

bool NeedsSeeking(ContainerFormat format) {
  return format == ContainerFormat::kZip || format == ContainerFormat::kSevenZip;
}

}  // namespace vigie::content
