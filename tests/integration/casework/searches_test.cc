// Questions that people keep at the collector: each his own, some for all.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "tests/integration/casework/casework_fixture.h"
#include "vigie/v1/search_service.grpc.pb.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Searches : public CaseworkTest {
 protected:
  void SetUp() override { Start(); }
  std::unique_ptr<v1::SearchService::Stub> Service() const {
    return v1::SearchService::NewStub(grpc::CreateChannel(address(), TlsCredentials(state_.ca())));
  }
  static v1::SaveSearchRequest Named(const std::string& name, bool shared = false) {
    v1::SaveSearchRequest request;
    request.set_name(name);
    request.set_shared(shared);
    request.mutable_query()->set_user("alice");
    request.mutable_query()->mutable_last()->set_seconds(86400);
    return request;
  }
  grpc::Status Save(const Analyst& who, const v1::SaveSearchRequest& request) {
    return Service()->SaveSearch(who.NewContext().get(), request, &saved_);
  }
  StatusCode Delete(const Analyst& who, const std::string& id) {
    v1::DeleteSearchRequest request;
    request.set_id(id);
    v1::DeleteSearchResponse response;
    return Service()->DeleteSearch(who.NewContext().get(), request, &response).error_code();
  }
  std::vector<std::string> Listed(const Analyst& who) {
    v1::ListSearchesResponse response;
    const auto status = Service()->ListSearches(who.NewContext().get(), {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> names;
    for (const auto& search : response.searches()) names.push_back(search.owner() + " " + search.name());
    return names;
  }

  v1::SavedSearch saved_;
};

TEST_F(Searches, AreKeptForTheirOwnerOrForAllOverARestart) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst odile = NewPerson("odile", "officer");
  ASSERT_TRUE(Save(anna, Named("exports at night")).ok());
  EXPECT_EQ(saved_.id(), "sea-1");
  EXPECT_EQ(saved_.owner(), "anna");
  ASSERT_TRUE(Save(anna, Named("a shared one", true)).ok());
  ASSERT_TRUE(Save(odile, Named("exports at night")).ok()) << "each has his own names";
  EXPECT_THAT(Listed(anna), ElementsAre("anna a shared one", "anna exports at night"));
  EXPECT_THAT(Listed(odile), ElementsAre("anna a shared one", "odile exports at night"));
  Stop();
  Start();
  EXPECT_THAT(Listed(anna), ElementsAre("anna a shared one", "anna exports at night"));
}

TEST_F(Searches, AreChangedAndDeletedByTheirOwner) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst albert = NewPerson("albert", "analyst");
  ASSERT_TRUE(Save(anna, Named("mine")).ok());
  ASSERT_TRUE(Save(anna, Named("for all", true)).ok());
  EXPECT_EQ(Save(anna, Named("mine")).error_code(), StatusCode::ALREADY_EXISTS);
  v1::SaveSearchRequest change = Named("for nobody else");
  change.set_id("sea-2");
  EXPECT_EQ(Save(albert, change).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Delete(albert, "sea-2"), StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Save(anna, change).ok());
  EXPECT_THAT(Listed(anna), ElementsAre("anna for nobody else", "anna mine"));
  EXPECT_THAT(Listed(albert), IsEmpty());
  EXPECT_EQ(Delete(anna, "sea-2"), StatusCode::OK);
  EXPECT_EQ(Delete(anna, "sea-2"), StatusCode::NOT_FOUND);
  EXPECT_THAT(Listed(anna), ElementsAre("anna mine"));
  ASSERT_TRUE(Save(anna, Named("another")).ok());
  EXPECT_EQ(saved_.id(), "sea-3") << "an id is never given twice";
}

TEST_F(Searches, OfOthersAreNowhereUnlessTheyShareThem) {
  const Analyst anna = NewPerson("anna", "analyst");
  const Analyst albert = NewPerson("albert", "analyst");
  ASSERT_TRUE(Save(anna, Named("mine")).ok());
  v1::SaveSearchRequest change = Named("taken");
  change.set_id("sea-1");
  EXPECT_EQ(Save(albert, change).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Delete(albert, "sea-1"), StatusCode::NOT_FOUND);
  EXPECT_EQ(Delete(analyst(), "sea-1"), StatusCode::NOT_FOUND) << "an administrator's neither";
  ASSERT_TRUE(Save(anna, Named("for all", true)).ok());
  EXPECT_EQ(Delete(analyst(), "sea-2"), StatusCode::OK) << "but what is there for all he may remove";
  EXPECT_THAT(Listed(anna), ElementsAre("anna mine"));
}

TEST_F(Searches, AreCheckedAndBounded) {
  const Analyst anna = NewPerson("anna", "analyst");
  const auto code = [&](const std::function<void(v1::SaveSearchRequest&)>& spoil) {
    v1::SaveSearchRequest request = Named("x");
    spoil(request);
    return Save(anna, request).error_code();
  };
  EXPECT_EQ(code([](auto& r) { r.clear_name(); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.set_name(std::string(101, 'n')); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.mutable_query()->set_user(std::string(257, 'n')); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.mutable_query()->set_channel(static_cast<v1::Channel>(99)); }),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.mutable_query()->mutable_since()->set_seconds(1); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.mutable_query()->mutable_last()->set_seconds(-1); }), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.mutable_query()->mutable_last()->set_nanos(-1); }), StatusCode::INVALID_ARGUMENT);
  const auto since = [&](std::int64_t seconds, std::int32_t nanos) {
    return code([&](auto& r) {
      r.mutable_query()->clear_last();
      r.mutable_query()->mutable_since()->set_seconds(seconds);
      r.mutable_query()->mutable_since()->set_nanos(nanos);
    });
  };
  EXPECT_EQ(since(std::numeric_limits<std::int64_t>::max(), 0), StatusCode::INVALID_ARGUMENT)
      << "JSON has no word for it";
  EXPECT_EQ(since(0, 1'000'000'000), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto& r) { r.set_id("sea-9"); }), StatusCode::NOT_FOUND);
  EXPECT_THAT(Listed(anna), IsEmpty());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Save(anna, Named("search " + std::to_string(i))).ok());
  EXPECT_EQ(Save(anna, Named("one more")).error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(Searches, AreNotForAuditorsAndAreAudited) {
  const Analyst vera = NewPerson("vera", "auditor");
  v1::ListSearchesResponse response;
  EXPECT_EQ(Service()->ListSearches(vera.NewContext().get(), {}, &response).error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Save(vera, Named("x")).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Delete(vera, "sea-1"), StatusCode::PERMISSION_DENIED);
  ASSERT_TRUE(Save(NewPerson("anna", "analyst"), Named("exports")).ok());
  const auto entries = StoppedOf("SearchService/SaveSearch");
  ASSERT_EQ(entries.size(), 2U) << "the refused one, too";
  const auto kept = std::ranges::find(entries, "OK", &v1::AuditEntry::outcome);
  ASSERT_NE(kept, entries.end());
  EXPECT_EQ(kept->who(), "anna");
  EXPECT_EQ(kept->access(), v1::AUDIT_ACCESS_CHANGE);
  EXPECT_THAT(kept->asked(), HasSubstr("exports"));
}

}  // namespace
}  // namespace vigie::server
