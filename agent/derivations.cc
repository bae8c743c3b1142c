#include "agent/derivations.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "agent/sensor/command_line.h"

namespace vigie::agent {
namespace {

using inspect::Assessment;
using inspect::Standing;

constexpr auto kSensorDelay = std::chrono::milliseconds(100);
constexpr auto kJustNow = std::chrono::seconds(2);

bool ReadToItsEnd(const Assessment& assessment) {
  return assessment.inspection.evaluated() == v1::EVALUATED_FULL;
}

// Their output is text, is read to its end, and says nothing to a detector.
bool WritesAnotherAlphabet(const platform::ProcessDescription& writer) {
  constexpr std::array<std::string_view, 10> kPrograms = {"xxd",    "od",       "hexdump", "hd", "base32",
                                                          "basenc", "uuencode", "openssl", "tr", "rev"};
  const std::string_view name = sensor::ParseInvocation(writer.exe, writer.command_line).program;
  return std::ranges::find(kPrograms, name) != kPrograms.end();
}

}  // namespace

Assessment Derivations::Judge(const platform::FileEvent& write, const inspect::InspectionStage::Subject& subject,
                              const Assessment& found) {
  platform::ProcessDescription writer;
  std::optional<lineage::Taint> taint;
  if (!parts_.carriers.empty()) {
    writer = parts_.processes.Recall(write);
    taint = parts_.carriers.CarriedInto(writer.id, write.path);
  }
  const bool carried = taint && parts_.carriers.Protects(taint->inspection);
  const bool disguised = found.standing == Standing::kClean && carried && WritesAnotherAlphabet(writer);
  if (ReadToItsEnd(found) && !disguised) {
    if (!write.on_medium) parts_.inspection.ForgetDerived(subject.file);
    return found;
  }
  if (!carried) return write.on_medium ? found : parts_.inspection.KeepDerived(subject, found);
  const inspect::Origin origin{taint->inspection, taint->source_path, taint->lineage};
  return write.on_medium ? parts_.inspection.Derived(found, origin) : parts_.inspection.Derive(subject, found, origin);
}

Assessment Derivations::AfterWriting(const platform::FileEvent& closed, const Assessment& found) {
  return Judge(closed, {closed.content, closed.file, closed.path}, found);
}

Assessment Derivations::BeforeReading(const platform::FileEvent& opening, const Assessment& found,
                                      base::Deadline deadline) {
  if (found.inspection.has_derived_from()) return found;
  const auto changed_at = base::SystemTime(std::chrono::nanoseconds(opening.file.change_time_ns));
  const bool wait = !ReadToItsEnd(found) && opening.at - changed_at < kJustNow;
  const auto longest = base::Deadline::After(wait ? kSensorDelay : std::chrono::milliseconds::zero());
  const auto write = parts_.writes.WriteOf(opening.file, base::Deadline(std::min(longest.at(), deadline.at())));
  if (!write) return found;
  return Judge(*write, {opening.content, opening.file, opening.path}, found);
}

}  // namespace vigie::agent
