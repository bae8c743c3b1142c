#include "core/inspection/merge_inspection.h"

#include <gtest/gtest.h>

#include "core/customers/record_set.h"

namespace vigie::inspection {
namespace {

v1::CustomerFinding Customers(const std::string& ledger, std::vector<customers::RecordId> ids) {
  const customers::RecordSet records(ids);
  v1::CustomerFinding finding;
  finding.set_ledger(ledger);
  finding.set_distinct(records.size());
  finding.set_records(records.Serialize());
  return finding;
}

TEST(MergeInspection, SumsClassesAndKeepsTheWeakerEvaluation) {
  v1::Inspection one;
  one.set_evaluated(v1::EVALUATED_FULL);
  v1::ClassFinding& iban = *one.add_classes();
  iban.set_class_("iban");
  iban.set_matches(3);
  iban.set_distinct(2);
  v1::Inspection sum = one;
  sum.set_evaluated(v1::EVALUATED_PARTIAL);
  sum.add_reasons(v1::REASON_TOO_DEEP);
  MergeInspection(one, sum);
  EXPECT_EQ(sum.classes(0).matches(), 6U);
  EXPECT_EQ(sum.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_EQ(sum.reasons_size(), 1);
}

TEST(MergeInspection, UnitesCustomersOfOneLedger) {
  v1::Inspection one;
  *one.mutable_customers() = Customers("a", {1, 2, 3});
  v1::Inspection sum;
  *sum.mutable_customers() = Customers("a", {3, 4});
  MergeInspection(one, sum);
  EXPECT_EQ(sum.customers().distinct(), 4U);
  EXPECT_EQ(customers::RecordSet::Parse(sum.customers().records())->Ids(),
            (std::vector<customers::RecordId>{1, 2, 3, 4}));
}

// Record 1 of one ledger is somebody else than record 1 of another.
TEST(MergeInspection, KeepsLedgersApartAndPutsTheOneWithTheMostFirst) {
  v1::Inspection one;
  *one.mutable_customers() = Customers("a", {1, 2, 3});
  v1::Inspection sum;
  *sum.mutable_customers() = Customers("b", {1, 2});
  MergeInspection(one, sum);
  EXPECT_EQ(sum.customers().ledger(), "a");
  EXPECT_EQ(sum.customers().distinct(), 3U);
  ASSERT_EQ(sum.customers_of_other_ledgers_size(), 1);
  EXPECT_EQ(sum.customers_of_other_ledgers(0).ledger(), "b");
  MergeInspection(sum, sum);
  EXPECT_EQ(sum.customers().distinct(), 3U);
  EXPECT_EQ(sum.customers_of_other_ledgers_size(), 1);
}

TEST(MergeInspection, KeepsWhatAFileWasMadeFrom) {
  v1::Inspection one;
  one.mutable_derived_from()->set_path("/home/customers.csv");
  v1::Inspection sum;
  MergeInspection(one, sum);
  EXPECT_EQ(sum.derived_from().path(), "/home/customers.csv");
}

}  // namespace
}  // namespace vigie::inspection
