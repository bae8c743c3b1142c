// PlainXml against expat: any bytes, in two cuts. What both tell together must be what expat tells alone. Only text
// before a mistake may be missing; then it was not understood either.
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
};

Told TellPlainly(std::string_view bytes, std::size_t cut) {
  vigie::content::XmlNotes notes;
  XmlParser parser(notes);
  parser.Feed(bytes.substr(0, cut));
  parser.Feed(bytes.substr(cut));
  const auto state = parser.Finish();
  return {state, notes.text()};
}

// Byte by byte: expat may hold text back until it has seen its end, and then lose it to an error.
Told TellByExpat(std::string_view bytes) {
  vigie::content::XmlNotes notes;
  XmlParser parser(notes, {.may_read_plainly = false});
  for (std::size_t at = 0; at < bytes.size(); ++at) parser.Feed(bytes.substr(at, 1));
  const auto state = parser.Finish();
  return {state, notes.text()};
}

bool Agree(const Told& told, const Told& expected) {
  if (told.state != expected.state) return false;
  if (told.state == vigie::content::XmlState::kGoing) return told.notes == expected.notes;
  // Brackets that could begin a mistake.
  std::string_view notes = told.notes;
  for (int brackets = 0; brackets < 2 && notes.size() > expected.notes.size() && notes.ends_with(']'); ++brackets) {
    notes.remove_suffix(1);
  }
  return expected.notes.starts_with(notes);
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  constexpr std::size_t kMost = 4096;  // byte by byte takes its time
  const auto bytes = std::string_view(reinterpret_cast<const char*>(input.data()), input.size()).substr(0, kMost);
  const auto expected = TellByExpat(bytes);
  for (const auto cut : {std::size_t{0}, bytes.size() / 2}) {
    if (!Agree(TellPlainly(bytes, cut), expected)) std::abort();
  }
}
