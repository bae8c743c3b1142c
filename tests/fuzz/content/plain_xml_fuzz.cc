// PlainXml against expat: any bytes, in two cuts. What both tell together must be what expat tells alone. Of a
// malformed document only the markup counts: expat may lose text before the mistake.
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

Told Tell(std::string_view bytes, std::size_t chunk, bool plainly) {
  vigie::content::XmlNotes notes;
  XmlParser parser(notes, {.may_read_plainly = plainly});
  for (std::size_t at = 0; at < bytes.size(); at += chunk) parser.Feed(bytes.substr(at, chunk));
  const auto state = parser.Finish();
  return {state, state == vigie::content::XmlState::kGoing ? notes.text() : notes.markup()};
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const auto expected = Tell(bytes, bytes.size() + 1, false);
  for (const auto chunk : {bytes.size() + 1, bytes.size() / 2 + 1, std::size_t{5}}) {
    if (Tell(bytes, chunk, true) != expected) std::abort();
  }
}
