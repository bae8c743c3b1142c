#include "core/inspection/inspector_protocol.h"

#include <limits>

namespace vigie::inspection {
namespace {

v1::InspectorReply GoodReply() {
  v1::InspectorReply reply;
  auto& inspection = *reply.mutable_inspection();
  inspection.set_media_type("text/csv");
  inspection.set_evaluated(v1::EVALUATED_PARTIAL);
  inspection.add_reasons(v1::REASON_ENCRYPTED);
  inspection.add_reasons(v1::REASON_CORRUPT);
  for (const auto* name : {"email_address", "iban"}) {
    auto& found = *inspection.add_classes();
    found.set_class_(name);
    found.set_matches(2);
    found.set_distinct(1);
    found.add_masked_samples("j***@e***.com");
  }
  customers::RecordSet records;
  records.Add(7);
  inspection.mutable_customers()->set_distinct(1);
  inspection.mutable_customers()->set_records(records.Serialize());
  return reply;
}

using Change = void (*)(v1::Inspection&);

bool IsAcceptedAfter(Change change) {
  auto reply = GoodReply();
  change(*reply.mutable_inspection());
  return static_cast<bool>(DecodeInspectionReply(EncodeReply(reply)));
}

TEST(InspectorProtocol, AcceptsWhatContentInspectionMakes) {
  const auto reply = DecodeInspectionReply(EncodeReply(GoodReply()));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->inspection().media_type(), "text/csv");
}

TEST(InspectorProtocol, RefusesWhatContentInspectionCannotHaveMade) {
  const std::vector<std::pair<const char*, Change>> changes = {
      {"no evaluated", [](v1::Inspection& i) { i.clear_evaluated(); }},
      {"unknown evaluated", [](v1::Inspection& i) { i.set_evaluated(static_cast<v1::Evaluated>(77)); }},
      {"full with reasons", [](v1::Inspection& i) { i.set_evaluated(v1::EVALUATED_FULL); }},
      {"none without reasons", [](v1::Inspection& i) { i.clear_reasons(); }},
      {"unsorted reasons", [](v1::Inspection& i) { i.add_reasons(v1::REASON_TOO_LARGE); }},
      {"repeated reasons", [](v1::Inspection& i) { i.add_reasons(v1::REASON_CORRUPT); }},
      {"unknown reason", [](v1::Inspection& i) { i.add_reasons(static_cast<v1::Reason>(99)); }},
      {"unsorted classes", [](v1::Inspection& i) { i.mutable_classes(1)->set_class_("a"); }},
      {"class without name", [](v1::Inspection& i) { i.mutable_classes(0)->clear_class_(); }},
      {"more distinct than matches", [](v1::Inspection& i) { i.mutable_classes(0)->set_distinct(3); }},
      {"class that was not found", [](v1::Inspection& i) { i.mutable_classes(0)->set_distinct(0); }},
      {"long sample", [](v1::Inspection& i) { i.mutable_classes(0)->add_masked_samples(std::string(1000, 'x')); }},
      {"class that nobody knows", [](v1::Inspection& i) { i.mutable_classes(1)->set_class_("jane_doe_lives_here"); }},
      {"sample without mask", [](v1::Inspection& i) { i.mutable_classes(0)->add_masked_samples("jane@example.com"); }},
      {"sample longer than any",
       [](v1::Inspection& i) { i.mutable_classes(0)->add_masked_samples("***" + std::string(40, 'x')); }},
      {"sample of bytes", [](v1::Inspection& i) { i.mutable_classes(0)->add_masked_samples("***\x01\x02"); }},
      {"records that are none", [](v1::Inspection& i) { i.mutable_customers()->set_records("rubbish"); }},
      {"miscounted customers", [](v1::Inspection& i) { i.mutable_customers()->set_distinct(2); }},
      {"customers of another ledger that are no records",
       [](v1::Inspection& i) { i.add_customers_of_other_ledgers()->set_records("jane lives here"); }},
      {"miscounted customers of another ledger",
       [](v1::Inspection& i) { i.add_customers_of_other_ledgers()->set_distinct(2); }},
      {"a ledger of words",
       [](v1::Inspection& i) {
         *i.add_customers_of_other_ledgers() = i.customers();
         i.mutable_customers_of_other_ledgers(0)->set_ledger("jane lives in this street, there");
       }},
      {"a ledger of words beside the customers", [](v1::Inspection& i) { i.mutable_customers()->set_ledger("jane"); }},
      {"more ledgers than indexes",
       [](v1::Inspection& i) {
         for (int n = 0; n < 100; ++n) *i.add_customers_of_other_ledgers() = i.customers();
       }},
      {"more canaries than customers", [](v1::Inspection& i) { i.mutable_customers()->set_canaries(2); }},
      {"media type of words", [](v1::Inspection& i) { i.set_media_type("text/csv of jane@example.com"); }},
      {"endless time", [](v1::Inspection& i) { i.set_milliseconds(std::numeric_limits<double>::infinity()); }},
  };
  for (const auto& [name, change] : changes) EXPECT_FALSE(IsAcceptedAfter(change)) << name;
  EXPECT_FALSE(DecodeInspectionReply("rubbish"));
  EXPECT_FALSE(DecodeInspectionReply(""));
}

TEST(InspectorProtocol, AcceptsCustomersOfOtherLedgers) {
  EXPECT_TRUE(IsAcceptedAfter([](v1::Inspection& i) {
    i.mutable_customers()->set_ledger("00112233445566778899aabbccddeeff");
    i.mutable_customers()->set_canaries(1);
    *i.add_customers_of_other_ledgers() = i.customers();
    i.mutable_customers_of_other_ledgers(0)->set_ledger("ff112233445566778899aabbccddeeff");
  }));
}

// A later version's fields, or what a worker that a file has taken over wants to get out.
TEST(InspectorProtocol, DropsFieldsThatItDoesNotKnow) {
  auto reply = GoodReply();
  auto& inspection = *reply.mutable_inspection();
  inspection.GetReflection()->MutableUnknownFields(&inspection)->AddLengthDelimited(77, "jane lives here");
  auto& customers = *inspection.mutable_customers();
  customers.GetReflection()->MutableUnknownFields(&customers)->AddLengthDelimited(78, "and john");
  const auto bytes = EncodeReply(reply);
  ASSERT_NE(bytes.find("jane lives here"), std::string::npos);
  const auto decoded = DecodeInspectionReply(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->SerializeAsString().find("lives"), std::string::npos);
  EXPECT_EQ(decoded->SerializeAsString().find("john"), std::string::npos);
}

TEST(InspectorProtocol, AcceptsClassesOfThePolicyInForceOnly) {
  auto reply = GoodReply();
  reply.mutable_inspection()->mutable_classes(1)->set_class_("staff_number");
  EXPECT_FALSE(DecodeInspectionReply(EncodeReply(reply)));
  UserDetectors detectors;
  detectors.Add()->set_id("staff_number");
  EXPECT_TRUE(DecodeInspectionReply(EncodeReply(reply), detectors));
}

TEST(InspectorProtocol, TheSetupCarriesThePolicysDetectors) {
  UserDetectors detectors;
  detectors.Add()->set_id("staff_number");
  const auto request = DecodeRequest(EncodeSetup({}, detectors), 0);
  ASSERT_TRUE(request);
  ASSERT_EQ(request->setup().detectors_size(), 1);
  EXPECT_EQ(request->setup().detectors(0).id(), "staff_number");
}

TEST(InspectorProtocol, RequestsNeedTheirDescriptors) {
  const std::vector<customers::IndexKey> keys(2);
  const auto setup = EncodeSetup(keys);
  EXPECT_TRUE(DecodeRequest(setup, 2));
  EXPECT_FALSE(DecodeRequest(setup, 1));
  const auto inspect = EncodeInspect({});
  EXPECT_TRUE(DecodeRequest(inspect, 1));
  EXPECT_FALSE(DecodeRequest(inspect, 0));
  EXPECT_FALSE(DecodeRequest("", 0));
  EXPECT_FALSE(DecodeRequest("rubbish", 1));
}

TEST(InspectorProtocol, KeysHaveThirtyTwoBytes) {
  v1::InspectorRequest request;
  request.mutable_setup()->add_indexes()->set_key("short");
  EXPECT_FALSE(DecodeRequest(request.SerializeAsString(), 1));
}

TEST(InspectorProtocol, TheSetupsReplyCarriesTheWorkersReason) {
  v1::InspectorReply reply;
  EXPECT_TRUE(DecodeSetupReply(EncodeReply(reply)));
  reply.set_setup_error("no seccomp");
  const auto refused = DecodeSetupReply(EncodeReply(reply));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "no seccomp");
  reply.set_setup_error("built with another key");
  reply.set_refused_index(2);
  const std::vector<std::string> files = {"/a.index", "/b.index"};
  EXPECT_EQ(DecodeSetupReply(EncodeReply(reply), files).error().message, "/b.index: built with another key");
  reply.set_refused_index(3);
  EXPECT_EQ(DecodeSetupReply(EncodeReply(reply), files).error().message, "built with another key");
}

}  // namespace
}  // namespace vigie::inspection
