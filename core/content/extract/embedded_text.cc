#include "core/content/extract/embedded_text.h"

#include <utility>

#include "core/content/extract/embedded_rewriting.h"

namespace vigie::content {
namespace {

constexpr int kMostRounds = 4;

}  // namespace

void EmbeddedText::Take(const ContentBuffer& buffer) {
  const auto offset = ContinueOrigin(buffer);
  EncodedCandidates candidates;
  ContentBuffer current = buffer;
  std::string text;
  std::vector<TextRange> handed_on;
  for (int round = 0; round < kMostRounds; ++round) {
    FindEncodedCandidates(current.text, candidates);
    if (candidates.empty() || !extraction_.budget().MayContinue()) break;
    const bool first = round == 0;
    EmbeddedRewriting rewriting(
        {*this, current, offset - (first ? buffer.fresh_begin : 0), first && buffer.more_follows, handed_on});
    const bool changed = rewriting.Run(candidates);
    if (auto open = rewriting.TakeOpen()) going_[std::string(buffer.origin)].open = std::move(open);
    if (!changed) break;
    handed_on = rewriting.TakeHandedOn();
    text = rewriting.TakeText();
    current.text = text;
    current.fresh_begin = rewriting.fresh_begin();
    current.fresh_end = rewriting.fresh_end();
  }
  detectors_.Take(current);
}

// Reads on in what the last buffer left open; where in its part the fresh text of this one begins.
std::uint64_t EmbeddedText::ContinueOrigin(const ContentBuffer& buffer) {
  auto found = going_.find(buffer.origin);
  if (found == going_.end() && !buffer.more_follows) return buffer.fresh_begin;
  if (found == going_.end()) found = going_.emplace(std::string(buffer.origin), Progress{}).first;
  auto& progress = found->second;
  const auto offset = progress.fresh_bytes;
  progress.fresh_bytes += buffer.fresh_end - buffer.fresh_begin;
  std::optional<OpenStretch> ended;
  if (progress.open) {
    auto& open = *progress.open;
    const auto rest = buffer.text.substr(std::min(buffer.fresh_begin + open.skip, buffer.text.size()));
    open.reader.Append(rest);
    open.skip = buffer.text.size() - buffer.fresh_end;
    if (open.reader.ended() || !buffer.more_follows) ended = std::exchange(progress.open, std::nullopt);
  }
  if (!buffer.more_follows) going_.erase(found);
  if (ended) FinishStretch(*std::move(ended));
  return offset;
}

void EmbeddedText::FinishStretch(OpenStretch stretch) {
  if (stretch.reader.is_cut()) extraction_.coverage().Note(v1::REASON_TOO_LARGE);
  auto bytes = stretch.reader.TakeBytes();
  const auto worth = JudgeDecoded(bytes);
  if (worth == StretchWorth::kBinary) return InspectBinary(bytes, stretch.origin);
  if (worth != StretchWorth::kNothing) InspectDecoded(std::move(bytes), stretch.origin);
}

void EmbeddedText::InspectDecoded(std::string bytes, const std::string& origin) {
  auto& budget = extraction_.budget();
  if (!budget.MayContinue() || !budget.TakeEntry() || !budget.Enter()) return;
  MemorySource source(bytes);
  SourceStream stream(source, extraction_.coverage());
  Part part(stream, origin, budget, &source);
  extraction_.InspectNested(part);
  budget.Leave();
}

void EmbeddedText::InspectBinary(std::string_view bytes, const std::string& origin) {
  const auto granted = extraction_.budget().TakeBytes(bytes.size());
  detectors_.Take({bytes.substr(0, granted), origin, 0, granted});
}

}  // namespace vigie::content
