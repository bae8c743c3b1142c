#include "core/content/extract/sqlite_records.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/content/extract/text_sniffer.h"
#include "platform/base/utf8.h"

namespace vigie::content {
namespace {

constexpr std::size_t kMostColumns = 100;

// A number of SQLite's, as far as records need them: of up to four bytes.
struct Varint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0 = none
};

Varint ReadVarint(std::string_view rest) {
  Varint read;
  for (std::size_t i = 0; i < std::min<std::size_t>(rest.size(), 4); ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    read.value = (read.value << 7) | (byte & 0x7f);
    if (byte < 0x80) return {read.value, i + 1};
  }
  return {};
}

std::size_t BytesOfType(std::uint32_t type) {
  constexpr std::array<std::size_t, 12> kNumbers = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < kNumbers.size() ? kNumbers[type] : (type - 12) / 2;
}

bool IsTextType(std::uint32_t type) {
  return type >= 13 && type % 2 == 1;
}

bool IsText(std::string_view value) {
  if (HasControls(value) || value.find('\0') != std::string_view::npos) return false;
  while (!value.empty()) {
    const auto character = base::FirstUtf8Character(value);
    if (character.bytes == 0 || character.form == base::Utf8Form::kIncomplete) return false;
    value.remove_prefix(character.bytes);
  }
  return true;
}

// The values of one record, if `rest` begins with it and it has `payload` bytes.
class RecordReader {
 public:
  // Bytes of the record; 0 = it is none.
  std::size_t Read(std::string_view rest, std::uint32_t payload) {
    types_.clear();
    const auto header = ReadVarint(rest);
    if (header.bytes == 0 || header.value < 2 || header.value >= payload || payload > rest.size()) return 0;
    std::size_t sum = header.value;
    for (std::size_t at = header.bytes; at < header.value;) {
      const auto type = ReadVarint(rest.substr(at, header.value - at));
      if (type.bytes == 0 || types_.size() == kMostColumns) return 0;
      types_.push_back(type.value);
      sum += BytesOfType(type.value);
      at += type.bytes;
    }
    return sum == payload && TakeValues(rest.substr(header.value, payload - header.value)) ? payload : 0;
  }

  const std::string& line() const { return line_; }

 private:
  // Texts as they are; numbers of a sensible size are written out, as phone numbers may be kept so.
  bool TakeValues(std::string_view values) {
    line_ = "\n";
    bool has_text = false;
    for (const auto type : types_) {
      const auto value = values.substr(0, BytesOfType(type));
      values.remove_prefix(value.size());
      if (IsTextType(type)) {
        if (!IsText(value)) return false;
        has_text = has_text || !value.empty();
        line_.append(value);
      } else if (type >= 1 && type <= 6) {
        AppendInteger(value);
      } else {
        line_.append(value);
      }
      line_.push_back('\t');
    }
    line_.push_back('\n');
    return has_text;
  }

  void AppendInteger(std::string_view value) {
    std::uint64_t number = static_cast<signed char>(value[0]) < 0 ? ~std::uint64_t{0} : 0;
    for (const char c : value) number = (number << 8) | static_cast<unsigned char>(c);
    line_.append(std::to_string(static_cast<std::int64_t>(number)));
  }

  std::vector<std::uint32_t> types_;
  std::string line_;
};

}  // namespace

std::string LinesOfRecords(std::string_view bytes) {
  std::string lines;
  RecordReader reader;
  // A cell of a table: payload, row id, record; one of an index has no row id.
  const auto read_cell = [&](std::string_view rest) -> std::size_t {
    const auto payload = ReadVarint(rest);
    if (payload.bytes == 0 || payload.value < 4) return 0;
    const auto row = ReadVarint(rest.substr(payload.bytes));
    for (const auto before : {payload.bytes + row.bytes, payload.bytes}) {
      const auto used = before <= rest.size() ? reader.Read(rest.substr(before), payload.value) : 0;
      if (used != 0) return before + used;
    }
    return 0;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto used = read_cell(bytes.substr(at));
    if (used == 0) {
      lines.push_back(bytes[at++]);
      continue;
    }
    lines.append(reader.line());
    at += used;
  }
  return lines;
}

}  // namespace vigie::content
