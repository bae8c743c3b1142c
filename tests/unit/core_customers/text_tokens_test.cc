#include "core/customers/text_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/customers/token_filter.h"

namespace vigie::customers {
namespace {

const CellHasher& Hasher() {
  static const CellHasher hasher({}, {});
  return hasher;
}

// What the plain scanner says of the same text.
std::vector<TextToken> PlainTokens(std::string_view text) {
  std::vector<TextToken> tokens;
  TokenScanner scanner(text);
  for (Token token; scanner.Next(token);) {
    TextToken plain;
    plain.begin = token.begin;
    plain.end = token.end;
    plain.hash = Hasher().OfToken(token.folded);
    plain.line = static_cast<std::uint32_t>(text.substr(0, token.begin).find_last_of("\r\n") + 1);
    plain.after_gap = token.after_gap || token.after_line_break;
    plain.has_digit = std::any_of(token.folded.begin(), token.folded.end(), IsDigit);
    tokens.push_back(plain);
  }
  return tokens;
}

void ExpectSameTokens(std::string_view text) {
  const auto expected = PlainTokens(text);
  std::size_t next = 0;
  TextTokens tokens(text, Hasher());
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) {
    for (const TextToken& token : batch) {
      ASSERT_LT(next, expected.size());
      const TextToken& plain = expected[next++];
      ASSERT_EQ(plain.begin, token.begin);
      ASSERT_EQ(plain.end, token.end);
      ASSERT_EQ(plain.hash, token.hash);
      ASSERT_EQ(plain.line, token.line);
      ASSERT_EQ(plain.after_gap, token.after_gap) << "at " << token.begin;
      ASSERT_EQ(plain.has_digit, token.has_digit);
    }
  }
  EXPECT_EQ(expected.size(), next);
}

TEST(TextTokens, AreThoseOfThePlainScanner) {
  ExpectSameTokens("");
  ExpectSameTokens("a");
  ExpectSameTokens("Élodie LE GALL;Cœur-42\r\n\r\nx");
  std::string long_words;
  for (const std::size_t size : {64U, 65U, 1U, 15U, 16U, 7U, 8U}) long_words.append(size, 'D').append(1, ' ');
  ExpectSameTokens(long_words);
  ExpectSameTokens("漢字かな交じり文 and 012３４ \xFF\xFE broken\x80text");
}

// Every way in which words, lines, foreign letters and broken bytes can meet the borders of chunks and batches.
std::string RandomText(std::mt19937& random) {
  constexpr std::array<const char*, 24> kPieces = {"a",          "Zoë",    "dupont", " ", ",",        "\n",
                                                   "\r\n",       ";;",     "0612",   "É", "漢",       "\xC3",
                                                   "\u0301",     "œ",      "-",      "@", "abcdefgh", "IJKLMNOPQRSTUVW",
                                                   "          ", "\u00A0", "７",     "_", "Łuk",      "\x80"};
  std::string text;
  const std::size_t pieces = random() % 700;
  for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST(TextTokens, AreThoseOfThePlainScannerInRandomText) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) ExpectSameTokens(RandomText(random));
}

// What is missing beside those that are of interest are gaps.
void ExpectAllOfInterest(std::string_view text, const std::function<bool(const TextToken&)>& is_of_interest) {
  const auto expected = PlainTokens(text);
  std::size_t next = 0;
  TextTokens tokens(text, Hasher());
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) {
    std::vector<std::uint8_t> of_interest;
    for (const TextToken& token : batch) {
      bool gap = false;
      for (; next < expected.size() && expected[next].begin < token.begin; ++next, gap = true) {
        ASSERT_FALSE(is_of_interest(expected[next]) || expected[next].has_digit) << "at " << expected[next].begin;
      }
      ASSERT_LT(next, expected.size());
      ASSERT_EQ(expected[next].hash, token.hash);
      ASSERT_EQ(expected[next++].after_gap || gap, token.after_gap) << "at " << token.begin;
      of_interest.push_back(is_of_interest(token) ? 1 : 0);
    }
    tokens.NoteStrangers(of_interest);
  }
  for (; next < expected.size(); ++next) ASSERT_FALSE(is_of_interest(expected[next]));
}

TEST(TextTokens, LeavesOutOnlyStrangers) {
  std::mt19937 random(12);
  for (int round = 0; round < 100; ++round) {
    std::string text;
    for (int piece = 0; piece < 8; ++piece) text += RandomText(random);
    const std::uint64_t chosen = random() % 5;
    ExpectAllOfInterest(text, [&](const TextToken& token) { return token.hash % 5 == chosen; });
  }
}

TEST(TextTokens, AreFewInTextOfStrangers) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "le contrat été signé ";
  TextTokens tokens(text, Hasher());
  std::size_t count = 0;
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) {
    count += batch.size();
    tokens.NoteStrangers(std::vector<std::uint8_t>(batch.size()));
  }
  EXPECT_LT(count, 2000U);
}

TEST(TextTokens, AreManyInALongRowOfHan) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "漢";
  ExpectSameTokens(text);
}

TEST(TokenFilter, HasAllOfItsTokensAndFewOthers) {
  std::mt19937_64 random(4);
  std::vector<std::uint64_t> tokens(10'000);
  std::generate(tokens.begin(), tokens.end(), std::ref(random));
  std::string section = BuildTokenFilter(tokens);
  std::vector<std::uint64_t> aligned(section.size() / 8);
  std::copy(section.begin(), section.end(), reinterpret_cast<char*>(aligned.data()));
  const auto filter = TokenFilter::Open({reinterpret_cast<const char*>(aligned.data()), section.size()});
  ASSERT_TRUE(filter);
  for (const std::uint64_t token : tokens) ASSERT_TRUE(filter->MayHave(token));
  int others = 0;
  for (int i = 0; i < 100'000; ++i) others += filter->MayHave(random()) ? 1 : 0;
  EXPECT_LT(others, 2000);
  EXPECT_FALSE(TokenFilter::Open(section.substr(1)));
  EXPECT_FALSE(TokenFilter().MayHave(random()));
}

TEST(CellHasher, HashesFourAtATimeAsOneByOne) {
  const std::array<std::uint64_t, 4> first = {0, 0x6867666564636261, 0x6867666564636261, 0};
  const std::array<std::uint64_t, 4> last = {LastSipBlock(0x6162, 2, 2), LastSipBlock(0x6F6E6D6C6B6A69, 7, 15),
                                             LastSipBlock(0, 0, 8), LastSipBlock(0x61626364656667, 7, 7)};
  std::array<std::uint64_t, 4> hashes{};
  Hasher().OfTokens({first, last}, hashes);
  EXPECT_EQ(Hasher().OfToken("ba"), hashes[0]);
  EXPECT_EQ(Hasher().OfToken("abcdefghijklmno"), hashes[1]);
  EXPECT_EQ(Hasher().OfToken("abcdefgh"), hashes[2]);
  EXPECT_EQ(Hasher().OfToken("gfedcba"), hashes[3]);
}

// The vector of the paper's appendix A.
TEST(SipHash, IsThatOfItsAuthors) {
  const SipKey key = {0x0706050403020100ULL, 0x0F0E0D0C0B0A0908ULL};
  std::string message;
  for (char c = 0; c < 15; ++c) message.push_back(c);
  EXPECT_EQ(0xA129CA6149BE45E5ULL, SipHash(key, message));
}

TEST(SipHash, PadsMessagesOfEveryLength) {
  const SipKey key = {1, 2};
  for (std::size_t size = 0; size < 70; ++size) {
    std::string message;
    while (message.size() < size) message.push_back(static_cast<char>(200 + message.size()));
    std::string padded = message;
    padded.resize(size / 8 * 8 + 7);
    padded.push_back(static_cast<char>(size));
    SipState<std::uint64_t> state(key);
    for (std::size_t i = 0; i < padded.size(); i += 8) {
      std::uint64_t block = 0;
      std::memcpy(&block, padded.data() + i, 8);
      state.Absorb(block);
    }
    std::uint64_t hash = 0;
    state.Finish(hash);
    EXPECT_EQ(hash, SipHash(key, message)) << size;
  }
}

}  // namespace
}  // namespace vigie::customers
