// Compound files (Word, Excel and PowerPoint up to 2003, Outlook's messages): the input is the sectors behind a header
// whose first table is sector 0 and whose directory is sector 1. With and without a converter that gives the bytes
// back.
#include <string>
#include <string_view>

#include "core/content/extract/compound_file.h"
#include "platform/fake/fake_converter.h"
#include "tests/fuzz/inspection_answer.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

std::string BehindHeader(std::string_view sectors) {
  constexpr std::size_t kHeaderBytes = 512;
  constexpr std::size_t kTableAt = 76;
  constexpr std::size_t kDirectoryAt = 48;
  std::string bytes(vigie::content::CompoundFile::kSignature);
  bytes.resize(kHeaderBytes, '\0');
  bytes[30] = 9;  // sectors of 512 bytes
  bytes[kDirectoryAt] = 1;
  for (std::size_t i = kTableAt + 4; i < kHeaderBytes; ++i) bytes[i] = '\xff';
  return bytes.append(sectors);
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string bytes = BehindHeader({reinterpret_cast<const char*>(input.data()), input.size()});
  vigie::content::MemorySource source(bytes);
  if (const auto file = vigie::content::CompoundFile::Open(source)) {
    for (const auto* name : {"Workbook", "WordDocument"}) {
      if (const auto* const stream = file->Find(name)) (void)file->Head(*stream);
    }
  }
  vigie::content::InspectAndCheck(bytes);
  vigie::platform::FakeConverter converter;
  for (const auto tool : vigie::platform::kConverterTools) converter.Answer(tool, {.text = bytes});
  vigie::content::InspectAndCheck(bytes, &converter);
}
