// Any bytes as text: what encoding they are taken for, and that where chunks end makes no difference.
#include <cstdlib>

#include "core/content/extract/charset.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace vigie::content;

std::string Decode(TextDecoder decoder, std::string_view bytes, std::size_t step) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += step) decoder.Decode(bytes.substr(i, step), text);
  decoder.Finish(text);
  return text;
}

void CompareSteps(TextEncoding encoding, const Charset* charset, std::string_view bytes) {
  const auto whole = Decode(TextDecoder(encoding, charset), bytes, bytes.size() + 1);
  if (Decode(TextDecoder(encoding, charset), bytes, 7) != whole) std::abort();
  (void)SniffStructure(whole, true);
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  static const auto charsets = *CharsetTable::Load();
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  for (const auto encoding : {TextEncoding::kEightBit, TextEncoding::kUtf16LittleEndian, TextEncoding::kUtf16BigEndian,
                              TextEncoding::kUtf32LittleEndian, TextEncoding::kUtf32BigEndian}) {
    CompareSteps(encoding, nullptr, bytes);
  }
  (void)SniffEncoding(bytes, true);
  const auto* const charset = GuessCharset(bytes, *charsets);
  if (charset != nullptr && charset->is_single_byte()) CompareSteps(TextEncoding::kCharset, charset, bytes);
  for (const auto* name : {"GB18030", "SHIFT_JIS", "ISO-2022-JP", "EUC-KR", "BIG5"}) {
    (void)Decode(TextDecoder(TextEncoding::kCharset, charsets->Find(name)), bytes, 5);
  }
}
