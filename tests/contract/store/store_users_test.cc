// People who sign in by name and password.
#include <gtest/gtest.h>

#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using std::chrono::hours;

class UserStoreContract : public StoreContract {
 protected:
  static User Ada() {
    return {.name = "Ada",
            .role = "analyst",
            .password_hash = "hash",
            .stamp = "stamp-1",
            .one_time_password = true,
            .disabled = false,
            .created_at = kStoryBegin,
            .password_set_at = kStoryBegin + hours(1)};
  }
  void Add(const User& user) {
    Write([&](StoreTransaction& transaction) { return transaction.AddUser(user); });
  }
  base::ErrorCode Refusal(const std::function<base::Result<void>(StoreTransaction&)>& body) {
    const auto written = store().Write(body);
    return written ? base::ErrorCode::kInternal : written.error().code;
  }
};

void ExpectSame(const User& one, const User& other) {
  EXPECT_EQ(one.name, other.name);
  EXPECT_EQ(one.role, other.role);
  EXPECT_EQ(one.password_hash, other.password_hash);
  EXPECT_EQ(one.stamp, other.stamp);
  EXPECT_EQ(one.one_time_password, other.one_time_password);
  EXPECT_EQ(one.disabled, other.disabled);
  EXPECT_EQ(one.created_at, other.created_at);
  EXPECT_EQ(one.password_set_at, other.password_set_at);
}

TEST_P(UserStoreContract, KeepsAUserWhole) {
  EXPECT_FALSE(store().FindUser("Ada").value());
  Add(Ada());
  const auto found = store().FindUser("Ada");
  ASSERT_TRUE(found && *found);
  ExpectSame(**found, Ada());
  const auto by_stamp = store().FindUserByStamp("stamp-1");
  ASSERT_TRUE(by_stamp && *by_stamp);
  ExpectSame(**by_stamp, Ada());
  EXPECT_FALSE(store().FindUserByStamp("stamp-2").value());
  EXPECT_FALSE(store().FindUserByStamp("").value());
}

TEST_P(UserStoreContract, ANameIsOnePersonsWhateverItsCase) {
  Add(Ada());
  EXPECT_EQ(store().FindUser("aDA").value()->name, "Ada");
  User other = Ada();
  other.name = "ada";
  other.stamp = "stamp-2";
  EXPECT_EQ(Refusal([&](StoreTransaction& transaction) { return transaction.AddUser(other); }),
            base::ErrorCode::kAlreadyExists);
  other.name = "adb";
  other.stamp = "stamp-1";
  EXPECT_EQ(Refusal([&](StoreTransaction& transaction) { return transaction.AddUser(other); }),
            base::ErrorCode::kAlreadyExists)
      << "a session would be two people's";
  EXPECT_EQ(store().ListUsers()->size(), 1U);
}

TEST_P(UserStoreContract, AChangeTakesThePlaceOfWhatWasKeptButNameAndMaking) {
  Add(Ada());
  User changed = Ada();
  changed.name = "ADA";
  changed.role = "officer";
  changed.password_hash = "other hash";
  changed.stamp = "stamp-2";
  changed.one_time_password = false;
  changed.disabled = true;
  changed.created_at = kStoryBegin + hours(9);
  changed.password_set_at = kStoryBegin + hours(2);
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    if (auto saved = transaction.SaveUser(changed); !saved) return saved;
    EXPECT_EQ(transaction.FindUser("ada").value()->role, "officer") << "a transaction sees its own changes";
    return {};
  });
  changed.name = "Ada";
  changed.created_at = kStoryBegin;
  ExpectSame(*store().FindUser("Ada").value(), changed);
  EXPECT_FALSE(store().FindUserByStamp("stamp-1").value());
  changed.name = "nobody";
  EXPECT_EQ(Refusal([&](StoreTransaction& transaction) { return transaction.SaveUser(changed); }),
            base::ErrorCode::kNotFound);
}

TEST_P(UserStoreContract, ListsByNameWhateverItsCase) {
  for (const char* name : {"carla", "Bob", "Ada"}) {
    User user = Ada();
    user.name = name;
    user.stamp = name;
    Add(user);
  }
  const auto users = store().ListUsers();
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 3U);
  EXPECT_EQ(users->at(0).name, "Ada");
  EXPECT_EQ(users->at(1).name, "Bob");
  EXPECT_EQ(users->at(2).name, "carla");
}

TEST_P(UserStoreContract, ForgetsWhoIsRemoved) {
  Add(Ada());
  Write([](StoreTransaction& transaction) { return transaction.RemoveUser("ada"); });
  EXPECT_FALSE(store().FindUser("Ada").value());
  EXPECT_FALSE(store().FindUserByStamp("stamp-1").value());
  EXPECT_EQ(Refusal([](StoreTransaction& transaction) { return transaction.RemoveUser("Ada"); }),
            base::ErrorCode::kNotFound);
}

TEST_P(UserStoreContract, ATransactionThatFailsLeavesUsersAsTheyWere) {
  Add(Ada());
  EXPECT_EQ(Refusal([](StoreTransaction& transaction) -> base::Result<void> {
              if (auto removed = transaction.RemoveUser("Ada"); !removed) return removed;
              return base::Error{base::ErrorCode::kCancelled, "on second thoughts"};
            }),
            base::ErrorCode::kCancelled);
  EXPECT_TRUE(store().FindUser("Ada").value());
}

INSTANTIATE_TEST_SUITE_P(Stores, UserStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace vigie::server
