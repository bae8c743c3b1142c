#include "core/customers/directory_columns.h"

#include <gtest/gtest.h>

namespace vigie::customers {
namespace {

std::string MessageOf(const std::string& columns) {
  const auto parsed = ParseColumns(columns);
  return parsed ? "" : parsed.error().message;
}

TEST(DirectoryColumns, AreReadInOrder) {
  const auto columns = ParseColumns("key=id, name=Full Name,text=company,text=function");
  ASSERT_TRUE(columns);
  ASSERT_EQ(4U, columns->size());
  EXPECT_EQ(CellKind::kName, (*columns)[1].kind);
  EXPECT_EQ("Full Name", (*columns)[1].name);
  EXPECT_EQ("function", (*columns)[3].name);
}

TEST(DirectoryColumns, AreRefusedWithAReason) {
  EXPECT_NE(std::string::npos, MessageOf("name=name").find("no key column"));
  EXPECT_NE(std::string::npos, MessageOf("key=id").find("only a key"));
  EXPECT_NE(std::string::npos, MessageOf("key=id,mail=m").find("the kinds are"));
  EXPECT_NE(std::string::npos, MessageOf("key=id,email").find("kind=column"));
  EXPECT_NE(std::string::npos, MessageOf("key=id,email=m,email=m").find("twice"));
  EXPECT_NE(std::string::npos, MessageOf("").find("kind=column"));
}

TEST(DirectoryColumns, AreFoundInTheHeader) {
  const auto positions = LocateColumns({"email", "ID"}, {"id", "name", " Email ", "ID"});
  ASSERT_TRUE(positions);
  EXPECT_EQ((std::vector<std::size_t>{2, 3}), *positions);
}

TEST(DirectoryColumns, AreNotGuessedWhenAmbiguousOrMissing) {
  const auto twice = LocateColumns({"email"}, {"Email", "EMAIL"});
  ASSERT_FALSE(twice);
  EXPECT_NE(std::string::npos, twice.error().message.find("more than once"));
  const auto missing = LocateColumns({"email"}, {"jean@example.com"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(std::string::npos, missing.error().message.find("jean"));
}

}  // namespace
}  // namespace vigie::customers
