#include "agent/spool/event_severity.h"

namespace vigie::agent::spool {
namespace {

struct Customers {
  bool any = false;
  bool canaries = false;
};

Customers CustomersIn(const v1::Inspection& inspection) {
  Customers found{.any = inspection.customers().distinct() > 0, .canaries = inspection.customers().canaries() > 0};
  for (const v1::CustomerFinding& other : inspection.customers_of_other_ledgers()) {
    found.any = found.any || other.distinct() > 0;
    found.canaries = found.canaries || other.canaries() > 0;
  }
  return found;
}

bool Leaves(const v1::Activity& activity) {
  return activity.channel() != v1::CHANNEL_UNSPECIFIED && activity.channel() != v1::CHANNEL_LOCAL;
}

}  // namespace

EventSeverity SeverityOf(const v1::Event& event) {
  if (event.has_gap() && event.gap().sensor() == "spool") return EventSeverity::kLedger;
  if (!event.has_activity()) return EventSeverity::kMedium;
  const Customers customers = CustomersIn(event.inspection());
  const bool leaves = Leaves(event.activity());
  const auto verdict = event.shadow() ? v1::VERDICT_ALLOW : event.verdict();
  if (customers.canaries || (leaves && customers.any && verdict >= v1::VERDICT_BLOCK)) return EventSeverity::kCritical;
  if ((leaves && customers.any) || verdict >= v1::VERDICT_WARN) return EventSeverity::kHigh;
  const bool unread = event.has_inspection() && event.inspection().evaluated() != v1::EVALUATED_FULL;
  const bool content = event.inspection().classes_size() > 0 || unread;
  return customers.any || (leaves && content) ? EventSeverity::kMedium : EventSeverity::kLow;
}

}  // namespace vigie::agent::spool
