#include "agent/screen_content.h"

#include <algorithm>
#include <utility>

#include "core/inspection/merge_inspection.h"

namespace vigie::agent {

std::optional<lineage::Taint> ScreenContent::ShownTo(std::uint32_t uid) const {
  constexpr std::size_t kMaxCarriers = 256;
  constexpr std::size_t kMaxLineage = 16;
  auto living = taints_.Living();
  living.resize(std::min(living.size(), kMaxCarriers));
  std::optional<lineage::Taint> shown;
  for (const platform::ProcessId carrier : living) {
    const auto process = processes_.Describe(carrier.pid);
    if (!process || process->uid != uid || process->id != carrier) continue;
    auto carried = taints_.Carried(carrier);
    if (!carried) continue;
    if (!shown) {
      shown = std::move(carried);
      continue;
    }
    inspection::MergeInspection(carried->inspection, shown->inspection);
    shown->lineage.insert(shown->lineage.end(), carried->lineage.begin(), carried->lineage.end());
  }
  if (shown && shown->lineage.size() > kMaxLineage) shown->lineage.resize(kMaxLineage);
  return shown;
}

}  // namespace vigie::agent
