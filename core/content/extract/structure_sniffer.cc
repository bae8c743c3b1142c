#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/content/extract/text_sniffer.h"

namespace vigie::content {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view SkipSpace(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text;
}

// Takes every value and remembers only where the parser stopped understanding.
struct ErrorPosition : nlohmann::json_sax<nlohmann::json> {
  std::size_t position = 0;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
    position = at;
    return false;
  }
};

// Whether `text` is one JSON value (RFC 8259), or, if more may follow, the beginning of one.
bool IsJson(std::string_view text, bool is_all) {
  ErrorPosition handler;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &handler)) return true;
  return !is_all && handler.position > text.size();
}

std::string_view SniffJson(std::string_view text, bool is_all) {
  text = SkipSpace(text);
  if (!text.starts_with('{') && !text.starts_with('[')) return "";
  if (IsJson(text, is_all)) return "application/json";
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos || !IsJson(text.substr(0, line_end), true)) return "";
  const auto next = SkipSpace(text.substr(line_end));
  return next.starts_with('{') || next.starts_with('[') ? "application/x-ndjson" : "";
}

// The fields of the record at the start of `text` and the bytes it takes, line end included. Nothing if it is not
// whole.
struct Record {
  std::size_t fields = 1;
  std::size_t bytes = 0;
};

std::optional<Record> ReadRecord(std::string_view text, char separator) {
  Record record;
  bool quoted = false;
  bool field_starts = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && (quoted || field_starts)) quoted = !quoted;
    if (!quoted && c == separator) ++record.fields;
    if (!quoted && c == '\n') {
      record.bytes = i + 1;
      return record;
    }
    field_starts = c == separator || (c == '"' && !quoted);
  }
  return std::nullopt;
}

// Two or more records, all with the same number of fields, more than one. What comes after the last line end is not
// judged: it may be cut off.
bool IsTable(std::string_view text, char separator) {
  constexpr std::size_t kRecordsLookedAt = 100;
  std::size_t fields = 0;
  std::size_t records = 0;
  while (records < kRecordsLookedAt) {
    const auto record = ReadRecord(text, separator);
    if (!record) break;
    if (record->fields < 2 || (records > 0 && record->fields != fields)) return false;
    fields = record->fields;
    text.remove_prefix(record->bytes);
    ++records;
  }
  return records >= 2;
}

}  // namespace

std::string_view SniffStructure(std::string_view text, bool is_all) {
  if (const auto json = SniffJson(text, is_all); !json.empty()) return json;
  if (const auto document = SniffDocument(text); !document.empty()) return document;
  std::string closed;  // the last line of a whole file needs no line end
  if (is_all && !text.empty() && !text.ends_with('\n')) {
    closed = std::string(text) + '\n';
    text = closed;
  }
  if (IsTable(text, '\t')) return "text/tab-separated-values";
  if (IsTable(text, ',') || IsTable(text, ';')) return "text/csv";
  return "";
}

}  // namespace vigie::content
