// Containers and documents: the zip directory, compound files, and everything that extracts, with a converter that
// gives the document back as its text.
#include <cstdlib>
#include <string_view>

#include "core/content/extract/compound_file.h"
#include "core/content/extract/zip_directory.h"
#include "core/content/inspect_content.h"
#include "core/inspection/inspector_protocol.h"
#include "platform/fake/fake_converter.h"
#include "tests/fuzz/fuzz_target.h"

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

vigie::v1::InspectionBudget SmallBudget() {
  vigie::v1::InspectionBudget budget;
  budget.set_bytes(1 << 20);
  budget.set_depth(4);
  budget.set_entries(64);
  budget.set_milliseconds(2000);
  return budget;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  CheckDirectory(bytes);
  CheckCompoundFile(bytes);
  static const auto engine = vigie::content::ContentEngine::Create();
  static const vigie::base::SystemClock clock;
  vigie::platform::FakeConverter converter;
  for (const auto tool : vigie::platform::kConverterTools) converter.Answer(tool, {.text = std::string(bytes)});
  vigie::content::MemorySource source(bytes);
  vigie::v1::InspectorReply reply;
  *reply.mutable_inspection() = vigie::content::InspectContent(
      source, {.budget = SmallBudget(), .indexes = {}, .converter = &converter}, **engine, clock);
  if (!vigie::inspection::DecodeInspectionReply(vigie::inspection::EncodeReply(reply))) std::abort();
}
