#include "core/customers/index_key.h"

#include <gtest/gtest.h>

#include "core/customers/cell_hash.h"
#include "platform/fake/fake_file_system.h"

namespace vigie::customers {
namespace {

TEST(IndexKey, IsReadBackAsItWasMade) {
  platform::FakeFileSystem files;
  ASSERT_TRUE(CreateIndexKey(files, "/one"));
  ASSERT_TRUE(CreateIndexKey(files, "/two"));
  const auto one = ReadIndexKey(files, "/one");
  const auto two = ReadIndexKey(files, "/two");
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  EXPECT_EQ(*one, *ReadIndexKey(files, "/one"));
  EXPECT_EQ(0600U, files.StatusOf("/one")->mode);
}

TEST(IndexKey, IsNeverOverwritten) {
  platform::FakeFileSystem files;
  ASSERT_TRUE(CreateIndexKey(files, "/key"));
  const auto before = *ReadIndexKey(files, "/key");
  const auto again = CreateIndexKey(files, "/key");
  ASSERT_FALSE(again);
  EXPECT_EQ(base::ErrorCode::kAlreadyExists, again.error().code);
  EXPECT_EQ(before, *ReadIndexKey(files, "/key"));
}

TEST(IndexKey, IsRefusedWhenOthersMayReadIt) {
  platform::FakeFileSystem files;
  ASSERT_TRUE(files.WriteFileDurably("/key", std::string(32, 'k'), 0640));
  const auto key = ReadIndexKey(files, "/key");
  ASSERT_FALSE(key);
  EXPECT_EQ(base::ErrorCode::kFailedPrecondition, key.error().code);
  EXPECT_NE(std::string::npos, key.error().message.find("chmod 600 /key"));
}

TEST(IndexKey, IsRefusedWithAnotherLength) {
  platform::FakeFileSystem files;
  for (const std::size_t size : {0U, 31U, 33U}) {
    ASSERT_TRUE(files.WriteFileDurably("/key", std::string(size, 'k'), 0600));
    EXPECT_FALSE(ReadIndexKey(files, "/key")) << size;
  }
  EXPECT_EQ(base::ErrorCode::kNotFound, ReadIndexKey(files, "/none").error().code);
}

TEST(CellHasher, DependsOnKeyIndexAndKind) {
  IndexKey key{};
  IndexId index{};
  const CellHasher hasher(key, index);
  const std::uint64_t hash = hasher.Strong(CellKind::kEmail, "jean@example.com");
  EXPECT_EQ(hash, CellHasher(key, index).Strong(CellKind::kEmail, "jean@example.com"));
  EXPECT_NE(hash, hasher.Strong(CellKind::kKey, "jean@example.com"));
  index[0] = std::byte{1};
  EXPECT_NE(hash, CellHasher(key, index).Strong(CellKind::kEmail, "jean@example.com"));
  key[0] = std::byte{1};
  EXPECT_NE(hash, CellHasher(key, IndexId{}).Strong(CellKind::kEmail, "jean@example.com"));
}

TEST(CellHasher, ForgetsTheOrderOfWordsButNotTheirNumber) {
  const CellHasher hasher(IndexKey{}, IndexId{});
  TokenSum forwards;
  forwards.Add(hasher.OfToken("marie"));
  forwards.Add(hasher.OfToken("durand"));
  TokenSum backwards;
  backwards.Add(hasher.OfToken("durand"));
  backwards.Add(hasher.OfToken("marie"));
  EXPECT_EQ(hasher.Words(forwards), hasher.Words(backwards));
  forwards.Add(hasher.OfToken("marie"));
  EXPECT_NE(hasher.Words(forwards), hasher.Words(backwards));
}

}  // namespace
}  // namespace vigie::customers
