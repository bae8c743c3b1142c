#include "agent/spool/fold_window.h"

#include <fmt/format.h>

#include <utility>

#include "proto/contract/time_conversion.h"

namespace vigie::agent::spool {
namespace {

base::SystemTime TimeOf(const v1::Event& event) {
  return contract::FromProto(event.activity().at());
}

// Empty: never folded.
std::string KeyOf(const v1::Event& event) {
  const v1::Activity& activity = event.activity();
  if (!event.has_activity() || activity.process().start_time() == 0) return {};
  std::string key =
      fmt::format("{}/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}", activity.process().pid(), activity.process().start_time(),
                  activity.file().device(), activity.file().inode(), static_cast<int>(activity.kind()),
                  static_cast<int>(activity.channel()), static_cast<int>(event.verdict()), event.rule(), event.shadow(),
                  event.late(), static_cast<int>(event.inspection().evaluated()));
  for (const v1::ClassFinding& finding : event.inspection().classes()) {
    key += fmt::format("/{}={}:{}", finding.class_(), finding.matches(), finding.distinct());
  }
  // One inode may be copied to under several names.
  return key + '/' + activity.file().path() + '/' + activity.destination().name() + '/' +
         event.inspection().customers().records();
}

}  // namespace

bool FoldWindow::Knows(const v1::Event& event) {
  const std::string key = KeyOf(event);
  auto window = window_.Lock();
  const auto known = window->by_key.find(key);
  if (key.empty() || known == window->by_key.end()) return false;
  return std::chrono::abs(TimeOf(event) - known->second->at) <= kSpan;
}

void FoldWindow::Add(const v1::Event& event) {
  std::string key = KeyOf(event);
  if (key.empty()) return;
  auto window = window_.Lock();
  if (const auto known = window->by_key.find(key); known != window->by_key.end()) {
    window->latest_first.erase(known->second);
    window->by_key.erase(known);
  }
  window->latest_first.push_front({key, TimeOf(event)});
  window->by_key.emplace(std::move(key), window->latest_first.begin());
  if (window->latest_first.size() <= capacity_) return;
  window->by_key.erase(window->latest_first.back().key);
  window->latest_first.pop_back();
}

}  // namespace vigie::agent::spool
