#include "core/customers/csv_reader.h"

#include <algorithm>
#include <string_view>

namespace vigie::customers {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxFields = 4096;
constexpr int kEnd = -1;

// Outside of quotes, in the first row. The header is expected to fit into the first buffer.
std::size_t CountInFirstRow(std::string_view text, char separator) {
  std::size_t count = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (c == separator) ++count;
  }
  return count;
}

char MostFrequentSeparator(std::string_view text) {
  char best = ',';
  std::size_t most = CountInFirstRow(text, best);
  for (const char separator : {';', '\t', '|'}) {
    const std::size_t count = CountInFirstRow(text, separator);
    if (count > most) best = separator;
    most = std::max(most, count);
  }
  return best;
}

}  // namespace

CsvReader::CsvReader(std::istream& input, std::optional<char> separator)
    : input_(input), separator_(separator.value_or(',')), detect_(!separator.has_value()) {
}

base::Result<void> CsvReader::Start() {
  started_ = true;
  Refill();
  const std::string_view text = buffer_;
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return base::Error{base::ErrorCode::kInvalidArgument, "the directory is UTF-16; save it as CSV in UTF-8"};
  }
  if (text.starts_with("PK\x03\x04")) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "the directory is a spreadsheet or archive; save it as CSV in UTF-8"};
  }
  if (text.starts_with("\xEF\xBB\xBF")) position_ = 3;
  if (detect_) separator_ = MostFrequentSeparator(text.substr(position_));
  return {};
}

base::Result<bool> CsvReader::Next(Row& row) {
  if (!started_) {
    if (auto started = Start(); !started) return started.error();
  }
  while (Peek() == '\n' || Peek() == '\r') Take();
  row.fields.clear();
  if (Peek() == kEnd) {
    if (input_.bad()) return base::Error{base::ErrorCode::kDataLoss, "the directory cannot be read to its end"};
    return false;
  }
  row.number = ++rows_;
  row_bytes_ = 0;
  return ReadRow(row);
}

base::Result<bool> CsvReader::ReadRow(Row& row) {
  std::string field;
  while (true) {
    if (field.empty() && Peek() == '"') {
      if (auto quoted = ReadQuoted(field); !quoted) return quoted.error();
    }
    const int character = Take();
    if (row_bytes_ > kMaxRowBytes) return Wrong("is longer than 1 MiB");
    if (row.fields.size() > kMaxFields) return Wrong("has more than 4096 fields");
    if (character == 0) return Wrong("contains a zero byte: the directory is no text");
    if (EndField(character, row, field)) return true;
  }
}

// One character outside of quotes; true when the row is complete.
bool CsvReader::EndField(int character, Row& row, std::string& field) {
  if (character == separator_) {
    row.fields.push_back(std::move(field));
    field.clear();
    return false;
  }
  if (character == '\r' && Peek() == '\n') Take();
  if (character == '\n' || character == '\r' || character == kEnd) {
    row.fields.push_back(std::move(field));
    return true;
  }
  field.push_back(static_cast<char>(character));
  return false;
}

base::Result<void> CsvReader::ReadQuoted(std::string& field) {
  Take();
  while (true) {
    const int character = Take();
    if (character == kEnd) return Wrong("has a quoted field without an end");
    if (row_bytes_ > kMaxRowBytes) return Wrong("is longer than 1 MiB; a closing quote may be missing");
    if (character == '"') {
      if (Peek() != '"') return {};
      Take();
    }
    field.push_back(static_cast<char>(character));
  }
}

int CsvReader::Take() {
  const int character = Peek();
  if (character != kEnd) {
    ++position_;
    ++row_bytes_;
  }
  return character;
}

int CsvReader::Peek() {
  if (position_ >= buffer_.size() && !Refill()) return kEnd;
  return static_cast<unsigned char>(buffer_[position_]);
}

bool CsvReader::Refill() {
  buffer_.resize(kBufferBytes);
  input_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.resize(static_cast<std::size_t>(input_.gcount()));
  position_ = 0;
  return !buffer_.empty();
}

base::Error CsvReader::Wrong(const std::string& what) const {
  return {base::ErrorCode::kInvalidArgument, "row " + std::to_string(rows_) + " " + what};
}

}  // namespace vigie::customers
