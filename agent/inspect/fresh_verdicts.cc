#include "agent/inspect/fresh_verdicts.h"

namespace vigie::agent::inspect {

void FreshVerdicts::Note(const platform::FileIdentity& file, base::SteadyTime asked_at) {
  auto table = table_.Lock();
  if (table->asked.insert_or_assign(file, asked_at).second) table->oldest_first.push_back(file);
  if (table->oldest_first.size() <= capacity_) return;
  table->asked.erase(table->oldest_first.front());
  table->oldest_first.pop_front();
}

bool FreshVerdicts::TakeLaterThan(const platform::FileIdentity& file, base::SteadyTime changed_at) {
  auto table = table_.Lock();
  const auto known = table->asked.find(file);
  if (known == table->asked.end()) return false;
  const bool later = known->second > changed_at;
  table->asked.erase(known);
  return later;
}

void FreshVerdicts::Forget(const platform::FileIdentity& file) {
  table_.Lock()->asked.erase(file);
}

}  // namespace vigie::agent::inspect
