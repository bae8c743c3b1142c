#include <algorithm>
#include <array>

#include "core/content/extract/dumped_text.h"
#include "core/content/extract/text_sniffer.h"

namespace vigie::content {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool StartsWithWord(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) { return a == Lower(b); });
}

bool IsNameByte(char c) {
  return (Lower(c) >= 'a' && Lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::string_view SkipSpace(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

// Takes the first line off `text`, without its end.
std::string_view TakeLine(std::string_view& text) {
  auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The name of a `Name: value` line; "" if it is none.
std::string_view FieldName(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return "";
  const auto name = line.substr(0, colon);
  return std::ranges::all_of(name, IsNameByte) ? name : "";
}

// Header fields that letters begin with. Two of them, and only fields up to the empty line: a message (RFC 5322).
bool IsMail(std::string_view text) {
  constexpr std::array<std::string_view, 16> kFields = {"from",
                                                        "to",
                                                        "subject",
                                                        "date",
                                                        "message-id",
                                                        "received",
                                                        "return-path",
                                                        "mime-version",
                                                        "delivered-to",
                                                        "content-type",
                                                        "cc",
                                                        "sender",
                                                        "reply-to",
                                                        "dkim-signature",
                                                        "authentication-results",
                                                        "content-transfer-encoding"};
  constexpr int kLinesLookedAt = 60;
  int known = 0;
  for (int i = 0; i < kLinesLookedAt && !text.empty(); ++i) {
    const auto line = TakeLine(text);
    if (line.empty()) break;
    if (i > 0 && (line[0] == ' ' || line[0] == '\t')) continue;
    const auto name = FieldName(line);
    if (name.empty()) return false;
    known += std::ranges::any_of(kFields,
                                 [&](auto field) { return field.size() == name.size() && StartsWithWord(name, field); })
                 ? 1
                 : 0;
  }
  return known >= 2;
}

// "From sender date" before the first message (RFC 4155).
bool IsMbox(std::string_view text) {
  if (!text.starts_with("From ")) return false;
  TakeLine(text);
  return IsMail(text);
}

// dn: first (RFC 2849), behind a version and comments.
bool IsLdif(std::string_view text) {
  bool versioned = false;
  while (!text.empty()) {
    const auto line = TakeLine(text);
    if (StartsWithWord(line, "dn:"))
      return versioned || StartsWithWord(SkipSpace(text), "objectclass:") || line.find('=') != std::string_view::npos;
    if (StartsWithWord(line, "version:"))
      versioned = true;
    else if (!line.empty() && line[0] != '#' && line[0] != ' ')
      return false;
  }
  return false;
}

std::string_view SniffMarkup(std::string_view text) {
  constexpr std::array<std::string_view, 20> kHtml = {
      "<!doctype html", "<html",  "<head", "<body", "<table", "<div",  "<script",
      "<meta",          "<title", "<p>",   "<p ",   "<h1",    "<h2",   "<span",
      "<a href",        "<br",    "<font", "<ul",   "<img",   "<style"};
  while (StartsWithWord(text, "<!--")) {
    const auto end = text.find("-->");
    if (end == std::string_view::npos) return "";
    text = SkipSpace(text.substr(end + 3));
  }
  if (std::ranges::any_of(kHtml, [&](auto tag) { return StartsWithWord(text, tag); })) return "text/html";
  const bool declared = text.starts_with("<?xml");
  const auto head = text.substr(0, 2048);
  if (declared &&
      (head.find("<html") != std::string_view::npos || head.find("<!DOCTYPE html") != std::string_view::npos))
    return "text/html";
  if (head.find("<svg") != std::string_view::npos && (declared || head.starts_with("<svg"))) return "image/svg+xml";
  if (declared || text.starts_with("<!DOCTYPE ")) return "application/xml";
  // An element at the start and some that end.
  const bool element = text.size() > 2 && text[0] == '<' && Lower(text[1]) >= 'a' && Lower(text[1]) <= 'z';
  const auto closes = [&] {
    return text.find("</") != std::string_view::npos || text.find("/>") != std::string_view::npos;
  };
  return element && head.find('>') != std::string_view::npos && closes() ? "application/xml" : "";
}

bool IsSqlDump(std::string_view text) {
  while (!text.empty()) {
    const auto line = SkipSpace(TakeLine(text));
    for (const std::string_view begin :
         {"insert into ", "create table ", "drop table if exists ", "insert ignore into "}) {
      if (StartsWithWord(line, begin)) return true;
    }
    if (StartsWithWord(line, "copy ") && (line.ends_with("stdin;") || line.ends_with("STDIN;"))) return true;
  }
  return false;
}

// The first line of a dump and a second one that goes on where it ends.
bool HasHexDump(std::string_view text) {
  while (!text.empty()) {
    const auto line = TakeLine(text);
    if (!line.starts_with("0000")) continue;
    const auto first = ReadDumpLine(line);
    if (!first || first->bytes < 2 || !IsOffset(first->offset, 0)) continue;
    auto rest = text;
    const auto next = TakeLine(rest);
    if (next == "*") return true;
    const auto second = ReadDumpLine(next);
    if (second && IsOffset(second->offset, first->bytes)) return true;
  }
  return false;
}

// "begin 644 name" and an encoded line behind it.
bool HasUuencode(std::string_view text) {
  constexpr std::string_view kBegin = "begin ";
  for (auto at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + 1)) {
    if (at > 0 && text[at - 1] != '\n') continue;
    auto rest = text.substr(at);
    if (IsUuencodeBegin(TakeLine(rest)) && UuencodedBytes(TakeLine(rest)).value_or(0) > 0) return true;
  }
  return false;
}

// A document marker, or nothing but keys and items in the first lines (https://yaml.org/spec/1.2.2/).
bool IsYaml(std::string_view text) {
  if (text.starts_with("%YAML")) return true;
  const bool marked = text.starts_with("---\n") || text.starts_with("---\r\n");
  constexpr int kLinesLookedAt = 12;
  int keys = 0;
  for (int i = 0; i < kLinesLookedAt && text.find('\n') != std::string_view::npos; ++i) {
    auto line = SkipSpace(TakeLine(text));
    if (line.empty() || line[0] == '#' || line == "---") continue;
    if (line.starts_with("- ")) line.remove_prefix(2);
    const auto colon = line.find(':');
    const bool key = colon != std::string_view::npos && colon > 0 &&
                     (colon + 1 == line.size() || line[colon + 1] == ' ') &&
                     line.substr(0, colon).find_first_of(" ,;{") == std::string_view::npos;
    if (!key && !marked) return false;
    keys += key ? 1 : 0;
  }
  return marked ? keys >= 1 : keys >= 3;
}

}  // namespace

std::string_view SniffDocument(std::string_view text) {
  if (text.starts_with("{\\rtf")) return "text/rtf";
  const auto body = SkipSpace(text);
  if (body.starts_with('<')) return SniffMarkup(body);
  if (StartsWithWord(body, "begin:vcard")) return "text/vcard";
  if (StartsWithWord(body, "begin:vcalendar")) return "text/calendar";
  if (IsMbox(text)) return "application/mbox";
  if (IsMail(text)) return "message/rfc822";
  if (IsLdif(body)) return "text/x-ldif";
  if (IsSqlDump(text)) return "application/sql";
  if (HasHexDump(text)) return "text/x-hexdump";
  if (HasUuencode(text)) return "text/x-uuencode";
  if (IsYaml(text)) return "application/yaml";
  return "";
}

}  // namespace vigie::content
