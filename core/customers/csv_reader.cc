#include "core/customers/csv_reader.h"

#include <algorithm>
#include <string_view>

namespace vigie::customers {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxFields = 4096;
constexpr std::size_t kSniffBytes = std::size_t{1} << 20;
constexpr int kEnd = -1;
constexpr std::string_view kUtf8 = "UTF-8";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Outside of quotes, in the first row. The header fits into the first buffer.
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

CsvReader::CsvReader(std::istream& input, CsvOptions options)
    : input_(input), separator_(options.separator.value_or(',')), options_(std::move(options)) {
}

base::Result<void> CsvReader::Start() {
  started_ = true;
  std::string raw = ReadRaw(kSniffBytes);
  if (raw.starts_with("PK\x03\x04")) {
    return base::Error{base::ErrorCode::kInvalidArgument, "the directory is a spreadsheet or archive; save it as CSV"};
  }
  if (options_.encoding.empty()) options_.encoding = SniffEncoding(raw);
  if (options_.encoding != kUtf8) {
    auto transcoder = TextTranscoder::Open(options_.encoding);
    if (!transcoder) return transcoder.error();
    transcoder_ = *std::move(transcoder);
    raw = transcoder_->ToUtf8(raw);
  }
  buffer_ = std::move(raw);
  if (buffer_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  TakeSeparatorLine();
  if (!options_.separator && !separator_is_told_)
    separator_ = MostFrequentSeparator(std::string_view(buffer_).substr(position_));
  return {};
}

// "sep=;" before the header, as spreadsheets write it for each other; they do not count it as a row.
void CsvReader::TakeSeparatorLine() {
  constexpr std::string_view kName = "sep=";
  const auto text = std::string_view(buffer_).substr(position_);
  const std::size_t end = text.find('\n');
  if (!text.starts_with(kName) || end == std::string_view::npos) return;
  const bool is_line = end == kName.size() + 1 || (end == kName.size() + 2 && text[end - 1] == '\r');
  if (!is_line) return;
  position_ += end + 1;
  if (options_.separator) return;
  separator_ = text[kName.size()];
  separator_is_told_ = true;
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

std::string CsvReader::ReadRaw(std::size_t bytes) {
  std::string raw(bytes, '\0');
  input_.read(raw.data(), static_cast<std::streamsize>(raw.size()));
  raw.resize(static_cast<std::size_t>(input_.gcount()));
  return raw;
}

bool CsvReader::Refill() {
  position_ = 0;
  do {
    buffer_ = ReadRaw(kBufferBytes);
    if (buffer_.empty()) return false;
    if (transcoder_ != nullptr) buffer_ = transcoder_->ToUtf8(buffer_);
  } while (buffer_.empty());
  return true;
}

base::Error CsvReader::Wrong(const std::string& what) const {
  return {base::ErrorCode::kInvalidArgument, "row " + std::to_string(rows_) + " " + what};
}

}  // namespace vigie::customers
