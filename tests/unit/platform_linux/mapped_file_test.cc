#include "platform/mapped_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "platform/memory_file.h"

namespace vigie::platform {
namespace {

std::string Content(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 2654435761U >> 13);
  return content;
}

TEST(MappedFile, IsTheWholeFileWhateverItsSize) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, kHugePage - 1, kHugePage,
                                 kHugePage + 1, 3 * kHugePage + 12345}) {
    const auto content = Content(size);
    const auto file = MakeMemoryFile(content);
    ASSERT_TRUE(file);
    auto mapped = MappedFile::Map(*file);
    ASSERT_TRUE(mapped);
    const MappedFile moved = *std::move(mapped);
    EXPECT_TRUE(moved.bytes() == content) << size;
  }
}

// At another place no huge page could be under it.
TEST(MappedFile, LiesWhereHugePagesCanIfItIsLarge) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const auto file = MakeMemoryFile(Content(kHugePage + 5));
  ASSERT_TRUE(file);
  const auto mapped = MappedFile::Map(*file);
  ASSERT_TRUE(mapped);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mapped->bytes().data()) % kHugePage, 0U);
}

}  // namespace
}  // namespace vigie::platform
