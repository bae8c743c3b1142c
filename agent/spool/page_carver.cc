#include "agent/spool/page_carver.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace vigie::agent::spool {
namespace {

using Bytes = std::span<const unsigned char>;

constexpr std::size_t kUsable = RawPages::kPageBytes;
constexpr unsigned char kTableLeaf = 0x0d;
constexpr std::size_t kFileHeaderBytes = 100;  // before the first page's own header
constexpr std::size_t kPageHeaderBytes = 8;
constexpr std::size_t kMostColumns = 16;

std::size_t TwoBytes(Bytes bytes, std::size_t at) {
  return std::size_t{bytes[at]} << 8 | bytes[at + 1];
}

// Reads on from what it has read; false from the first end of bytes on.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}

  std::optional<std::uint64_t> Varint() {
    std::uint64_t value = 0;
    for (int i = 0; i < 9; ++i) {
      if (bytes_.empty()) return std::nullopt;
      const unsigned char byte = Take(1)[0];
      if (i == 8) return value << 8 | byte;
      value = value << 7 | (byte & 0x7fU);
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }
  std::optional<Bytes> Next(std::size_t size) {
    if (size > bytes_.size()) return std::nullopt;
    return Take(size);
  }
  Bytes rest() const { return bytes_; }

 private:
  Bytes Take(std::size_t size) {
    const Bytes taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  Bytes bytes_;
};

// How much of a table's cell stands in its page.
std::size_t LocalBytes(std::size_t payload) {
  constexpr std::size_t kMost = kUsable - 35;
  constexpr std::size_t kLeast = (kUsable - 12) * 32 / 255 - 23;
  if (payload <= kMost) return payload;
  const std::size_t local = kLeast + (payload - kLeast) % (kUsable - 4);
  return local <= kMost ? local : kLeast;
}

std::int64_t Signed(Bytes bytes) {
  std::uint64_t value = !bytes.empty() && (bytes[0] & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

// Of a serial type that is an integer.
std::optional<std::int64_t> Integer(std::uint64_t type, Cursor& body) {
  constexpr std::size_t kSizes[] = {0, 1, 2, 3, 4, 6, 8};
  if (type == 8 || type == 9) return static_cast<std::int64_t>(type - 8);
  if (type == 0 || type > 6) return std::nullopt;
  const auto bytes = body.Next(kSizes[type]);
  if (!bytes) return std::nullopt;
  return Signed(*bytes);
}

std::optional<std::vector<std::uint64_t>> SerialTypes(Cursor& payload) {
  const std::size_t before = payload.rest().size();
  const auto header_bytes = payload.Varint();
  if (!header_bytes) return std::nullopt;
  const std::size_t length_bytes = before - payload.rest().size();
  if (*header_bytes < length_bytes) return std::nullopt;
  const auto header = payload.Next(static_cast<std::size_t>(*header_bytes) - length_bytes);
  if (!header) return std::nullopt;
  std::vector<std::uint64_t> types;
  for (Cursor cursor(*header); !cursor.rest().empty();) {
    const auto type = cursor.Varint();
    if (!type || types.size() == kMostColumns) return std::nullopt;
    types.push_back(*type);
  }
  return types;
}

std::optional<CarvedRow> ParseRecord(Bytes payload) {
  Cursor cursor(payload);
  const auto types = SerialTypes(cursor);
  if (!types || types->empty()) return std::nullopt;
  const std::uint64_t blob_type = types->back();
  if (blob_type < 12 || blob_type % 2 != 0 || (blob_type - 12) / 2 > kLongestBlob) return std::nullopt;
  CarvedRow row;
  for (std::size_t i = 0; i + 1 < types->size(); ++i) {
    const auto integer = Integer((*types)[i], cursor);
    if (!integer) return std::nullopt;
    row.integers.push_back(*integer);
  }
  const auto blob = cursor.Next(static_cast<std::size_t>((blob_type - 12) / 2));
  if (!blob) return std::nullopt;
  row.blob.assign(blob->begin(), blob->end());
  return row;
}

// Many cells of a damaged page may claim one chain, or a chain that goes in circles: what is read of them has an end.
struct Overflow {
  RawPages& pages;
  std::size_t pages_left;

  // Appends what follows in overflow pages; false if the chain ends early.
  bool Follow(Bytes first, std::size_t payload, std::string& bytes) {
    auto next = static_cast<std::uint32_t>(TwoBytes(first, 0) << 16 | TwoBytes(first, 2));
    RawPages::Page page;
    while (bytes.size() < payload) {
      const auto image = pages.Newest(next);
      if (!image || pages_left == 0 || !pages.Read(*image, page)) return false;
      --pages_left;
      next = static_cast<std::uint32_t>(TwoBytes(page, 0) << 16 | TwoBytes(page, 2));
      const std::size_t part = std::min(kUsable - 4, payload - bytes.size());
      bytes.append(reinterpret_cast<const char*>(page.data()) + 4, part);
    }
    return true;
  }
};

std::optional<CarvedRow> ParseCell(Overflow& overflow, Bytes cell) {
  Cursor cursor(cell);
  const auto payload = cursor.Varint();
  if (!payload || *payload > kLongestBlob + 256 || !cursor.Varint()) return std::nullopt;
  const auto size = static_cast<std::size_t>(*payload);
  const auto local = cursor.Next(LocalBytes(size));
  if (!local) return std::nullopt;
  if (local->size() == size) return ParseRecord(*local);
  const auto first = cursor.Next(4);
  if (!first) return std::nullopt;
  std::string bytes(local->begin(), local->end());
  if (!overflow.Follow(*first, size, bytes)) return std::nullopt;
  return ParseRecord({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

}  // namespace

void CarveRows(RawPages& pages, const std::function<void(CarvedRow)>& found) {
  RawPages::Page page;
  Overflow overflow{pages, 16 * pages.count() + 1024};
  for (std::size_t image = 0; image < pages.count(); ++image) {
    if (!pages.Read(image, page)) continue;
    const std::size_t header = pages.NumberOf(image) == 1 ? kFileHeaderBytes : 0;
    if (page[header] != kTableLeaf) continue;
    const std::size_t cells = TwoBytes(page, header + 3);
    const std::size_t fitting = (kUsable - header - kPageHeaderBytes) / 2;
    for (std::size_t i = 0; i < std::min(cells, fitting); ++i) {
      const std::size_t at = TwoBytes(page, header + kPageHeaderBytes + 2 * i);
      if (at >= kUsable) continue;
      if (auto row = ParseCell(overflow, Bytes(page).subspan(at))) found(*std::move(row));
    }
  }
}

}  // namespace vigie::agent::spool
