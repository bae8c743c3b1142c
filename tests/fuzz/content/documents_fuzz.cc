// Containers and documents: the zip directory, compound files, and everything that extracts, with a converter that
// gives the document back as its text.
#include <cstdlib>
#include <string_view>

#include "core/content/extract/compound_file.h"
#include "core/content/extract/zip_directory.h"
#include "platform/fake/fake_converter.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/inspection_answer.h"

namespace {

void CheckDirectory(std::string_view bytes) {
  vigie::content::MemorySource source(bytes);
  const auto directory = vigie::content::ReadZipDirectory(source, 100);
  (void)vigie::content::EndsAsZip(source);
  if (!directory) return;
  if (directory->names.size() > 100) std::abort();
  std::uint64_t last = 0;
  for (const auto& range : directory->unclaimed) {
    if (range.begin < last || range.begin >= range.end || range.end > bytes.size()) std::abort();
    last = range.end;
  }
}

void CheckCompoundFile(std::string_view bytes) {
  vigie::content::MemorySource source(bytes);
  const auto file = vigie::content::CompoundFile::Open(source);
  if (!file) return;
  if (const auto* const stream = file->Find("Workbook")) (void)file->Head(*stream);
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  CheckDirectory(bytes);
  CheckCompoundFile(bytes);
  vigie::platform::FakeConverter converter;
  for (const auto tool : vigie::platform::kConverterTools) converter.Answer(tool, {.text = std::string(bytes)});
  vigie::content::InspectAndCheck(bytes, &converter);
}
