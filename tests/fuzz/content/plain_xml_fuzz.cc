// PlainXml against expat: any bytes, in two cuts. What both tell together must be what expat tells alone.
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/core_content/xml_notes.h"

namespace {

using vigie::content::XmlParser;

struct Told {
  vigie::content::XmlState state;
  std::string notes;
  bool operator==(const Told&) const = default;
};

Told TellPlainly(std::string_view bytes, std::size_t cut) {
  vigie::content::XmlNotes notes;
  XmlParser parser(notes);
  parser.Feed(bytes.substr(0, cut));
  parser.Feed(bytes.substr(cut));
  return {parser.Finish(), notes.text()};
}

// Byte by byte: expat may hold text back until it has seen its end, and then lose it to an error.
Told TellByExpat(std::string_view bytes) {
  vigie::content::XmlNotes notes;
  XmlParser parser(notes, {.may_read_plainly = false});
  for (std::size_t at = 0; at < bytes.size(); ++at) parser.Feed(bytes.substr(at, 1));
  return {parser.Finish(), notes.text()};
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  constexpr std::size_t kMost = 4096;  // byte by byte takes its time
  const auto bytes = std::string_view(reinterpret_cast<const char*>(input.data()), input.size()).substr(0, kMost);
  const auto expected = TellByExpat(bytes);
  if (TellPlainly(bytes, 0) != expected || TellPlainly(bytes, bytes.size() / 2) != expected) std::abort();
}
