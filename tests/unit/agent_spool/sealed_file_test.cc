#include "core/seal/sealed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/agent/temporary_directory.h"

namespace vigie::seal {
namespace {

using ::testing::HasSubstr;

constexpr PassphraseCost kCheap{.passes = 1, .kib_power = 3};  // for tests that open a file hundreds of times
constexpr std::size_t kChunk = std::size_t{1} << 20;

class SealedFile : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const { return directory.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary | std::ios::trunc) << text;
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(File(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // Returns the sealed text.
  std::string Seal(const std::string& text, PassphraseCost cost = kCheap) {
    Write("clear", text);
    std::filesystem::remove(File("sealed"));
    const auto sealed = SealFile(File("clear"), File("sealed"), "the passphrase", cost);
    EXPECT_TRUE(sealed) << sealed.error().message;
    return Read("sealed");
  }
  base::Result<void> Open(const std::string& sealed, const std::string& passphrase = "the passphrase") {
    Write("sealed", sealed);
    std::filesystem::remove(File("opened"));
    auto opened = OpenSealedFile(File("sealed"), File("opened"), passphrase);
    EXPECT_EQ(static_cast<bool>(opened), std::filesystem::exists(File("opened"))) << "whole or not there";
    return opened;
  }
  static std::string Text(std::size_t bytes) {
    std::string text(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 31 % 251);
    return text;
  }
  agent::TemporaryDirectory directory;
};

TEST_F(SealedFile, OfAnyLengthIsOpenedAgain) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk}) {
    SCOPED_TRACE(bytes);
    const std::string text = Text(bytes);
    const std::string sealed = Seal(text);
    EXPECT_TRUE(IsSealedFile(File("sealed")));
    EXPECT_EQ(std::filesystem::status(File("sealed")).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto opened = Open(sealed);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(Read("opened"), text);
  }
  EXPECT_FALSE(IsSealedFile(File("clear")));
  EXPECT_FALSE(IsSealedFile(File("none")));
}

TEST_F(SealedFile, IsAnotherEachTimeAndOpensByItsOwnPassphraseOnly) {
  const std::string first = Seal("text", {});
  EXPECT_NE(first, Seal("text"));
  ASSERT_TRUE(Open(first));
  EXPECT_THAT(Open(first, "the Passphrase").error().message, HasSubstr("another passphrase"));
}

TEST_F(SealedFile, IsRefusedWithAnyBitChanged) {
  const std::string sealed = Seal("some text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto opened = Open(changed);
    ASSERT_FALSE(opened) << "byte " << i;
  }
}

TEST_F(SealedFile, IsRefusedCutOffAnywhereAndWithAnythingAdded) {
  const std::string small = Seal("some text");
  for (std::size_t size = 0; size < small.size(); ++size) ASSERT_FALSE(Open(small.substr(0, size))) << size;
  EXPECT_FALSE(Open(small + "x"));
  const std::string large = Seal(Text(2 * kChunk));
  const std::size_t first_chunk = large.size() - kChunk - 17;
  EXPECT_THAT(Open(large.substr(0, first_chunk)).error().message, HasSubstr("cut off"));
  EXPECT_THAT(Open(large + small).error().message, HasSubstr("added"));
  std::string changed = large;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_THAT(Open(changed).error().message, HasSubstr("after byte 1048576"));
  // The two chunks in the other order.
  const std::size_t begin = first_chunk - kChunk - 17;
  EXPECT_FALSE(Open(large.substr(0, begin) + large.substr(first_chunk) + large.substr(begin, kChunk + 17)));
}

TEST_F(SealedFile, NeverAsksForMoreMemoryThanItsFormatAllows) {
  std::string sealed = Seal("text");
  sealed[9] = static_cast<char>(40);  // 2^40 KiB
  EXPECT_EQ(Open(sealed).error().code, base::ErrorCode::kDataLoss);
}

// What is read is not what the size says: as after a read that fails, which looks like the end.
TEST_F(SealedFile, IsNotMadeOfAFileThatIsNotReadAsItsSizeSays) {
  const auto sealed = SealFile("/proc/self/status", File("sealed"), "the passphrase", kCheap);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, base::ErrorCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(File("sealed")));
}

TEST_F(SealedFile, NeverReplacesAFile) {
  Write("clear", "text");
  Write("sealed", "precious");
  EXPECT_EQ(SealFile(File("clear"), File("sealed"), "the passphrase", kCheap).error().code,
            base::ErrorCode::kAlreadyExists);
  EXPECT_EQ(Read("sealed"), "precious");
}

}  // namespace
}  // namespace vigie::seal
