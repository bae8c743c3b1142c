#pragma once

#include "vigie/v1/finding.pb.h"

namespace vigie::inspection {

// What both say together: for each ledger the union of the customers, the sum of the classes, the weaker `evaluated`,
// all reasons, the derivation of the first that has one. Distinct values of classes may be counted twice, customers
// never are; canaries are those of the side that has more.
void MergeInspection(const v1::Inspection& from, v1::Inspection& into);

}  // namespace vigie::inspection
