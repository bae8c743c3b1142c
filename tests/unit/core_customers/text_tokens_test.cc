#include "core/customers/text_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <random>
#include <span>
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

// With each of what processors have.
class TextTokensTest : public ::testing::TestWithParam<Instructions> {
 protected:
  static void ExpectSameTokens(std::string_view text);
  static void ExpectAllKnown(std::string_view text, std::span<const TokenFilter> filters);
};
INSTANTIATE_TEST_SUITE_P(Best, TextTokensTest, ::testing::Values(Instructions::kBest));
INSTANTIATE_TEST_SUITE_P(Avx2, TextTokensTest, ::testing::Values(Instructions::kAvx2));
INSTANTIATE_TEST_SUITE_P(Sse2, TextTokensTest, ::testing::Values(Instructions::kSse2));
INSTANTIATE_TEST_SUITE_P(Portable, TextTokensTest, ::testing::Values(Instructions::kPortable));

void TextTokensTest::ExpectSameTokens(std::string_view text) {
  const auto expected = PlainTokens(text);
  std::size_t next = 0;
  TextTokens tokens(text, Hasher(), {}, GetParam());
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

TEST_P(TextTokensTest, AreThoseOfThePlainScanner) {
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

TEST_P(TextTokensTest, AreThoseOfThePlainScannerInRandomText) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) ExpectSameTokens(RandomText(random));
}

// Packed bytes, and every beginning of a character that no end follows.
TEST_P(TextTokensTest, AreThoseOfThePlainScannerInBytes) {
  constexpr std::string_view kEdges =
      "\x7F\x80\xBF\xC0\xC1\xC2\xC3\xDF\xE0\xE2\xED\xEF\xF0\xF1\xF4\xF5\xFF\x8F\x90\x9F\xA0z ";
  std::mt19937 random(13);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 3000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ExpectSameTokens(bytes);
    for (char& byte : bytes) byte = kEdges[random() % kEdges.size()];
    ExpectSameTokens(bytes);
  }
  for (const char* letter : {"x", "\u00E9"}) {  // a word that fills more than a window
    std::string text = "a ";
    for (int i = 0; i < 3000; ++i) text += letter;
    ExpectSameTokens(text + "\xFFzyx\x80ghi jkl");
  }
}

// A filter of some tokens, in memory of its own.
class FilterOf {
 public:
  explicit FilterOf(std::span<const std::uint64_t> tokens) {
    const std::string section = BuildTokenFilter(tokens);
    words_.resize(section.size() / sizeof(std::uint64_t));
    std::memcpy(words_.data(), section.data(), section.size());
    filter_ = *TokenFilter::Open({reinterpret_cast<const char*>(words_.data()), section.size()});
  }
  const TokenFilter& filter() const { return filter_; }

 private:
  std::vector<std::uint64_t> words_;
  TokenFilter filter_;
};

// What is missing beside those that a filter has, and numbers, are gaps.
void TextTokensTest::ExpectAllKnown(std::string_view text, std::span<const TokenFilter> filters) {
  const auto is_known = [&](const TextToken& token) {
    return std::ranges::any_of(filters, [&](const TokenFilter& filter) { return filter.MayHave(token.hash); });
  };
  const auto expected = PlainTokens(text);
  std::size_t next = 0;
  TextTokens tokens(text, Hasher(), {.known_to = filters, .strangers = false}, GetParam());
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) {
    for (const TextToken& token : batch) {
      bool gap = false;
      for (; next < expected.size() && expected[next].begin < token.begin; ++next, gap = true) {
        ASSERT_FALSE(is_known(expected[next]) || expected[next].has_digit) << "at " << expected[next].begin;
      }
      ASSERT_LT(next, expected.size());
      ASSERT_EQ(expected[next].hash, token.hash);
      ASSERT_EQ(expected[next].line, token.line);
      ASSERT_EQ(is_known(token), token.is_known);
      ASSERT_EQ(expected[next++].after_gap || gap, token.after_gap) << "at " << token.begin;
    }
  }
  for (; next < expected.size(); ++next) ASSERT_FALSE(is_known(expected[next]) || expected[next].has_digit);
}

TEST_P(TextTokensTest, LeavesOutOnlyStrangers) {
  std::mt19937 random(12);
  for (int round = 0; round < 100; ++round) {
    std::string text;
    for (int piece = 0; piece < 8; ++piece) text += RandomText(random);
    std::vector<std::uint64_t> some;
    for (const TextToken& token : PlainTokens(text)) {
      if (token.hash % 5 == 0) some.push_back(token.hash);
    }
    const std::span<const std::uint64_t> all(some);
    const FilterOf first(all.first(some.size() / 2));
    const FilterOf second(all.subspan(some.size() / 2));
    const std::array<TokenFilter, 2> filters = {first.filter(), second.filter()};
    ExpectAllKnown(text, filters);
  }
}

TEST_P(TextTokensTest, AreNoneInTextOfStrangers) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "le contrat été signé ";
  const TokenFilter nothing;
  TextTokens tokens(text, Hasher(), {.known_to = {&nothing, 1}, .strangers = false}, GetParam());
  std::size_t count = 0;
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) count += batch.size();
  EXPECT_LT(count, 2000U);  // foreign ones are there when they are seen for the first time
}

// Runs that are as long as what is looked at together, or longer, and lines around them.
TEST_P(TextTokensTest, AreThoseOfThePlainScannerAroundLongRuns) {
  std::mt19937 random(13);
  for (int round = 0; round < 300; ++round) {
    std::string text = RandomText(random);
    for (int run = 0; run < 3; ++run) {
      text.append(2000 + random() % 120, 'x').append(random() % 3 == 0 ? 3000 + random() % 70 : 0, '7');
      text += random() % 2 == 0 ? "\n" : " ";
      if (random() % 2 == 0) text += RandomText(random);
      text.append(random() % 4 == 0 ? random() % 2100 : 0, '\n');
    }
    ExpectSameTokens(text);
  }
}

TEST_P(TextTokensTest, AreManyInALongRowOfHan) {
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

class TokenFilterTest : public ::testing::TestWithParam<Instructions> {};
INSTANTIATE_TEST_SUITE_P(Best, TokenFilterTest, ::testing::Values(Instructions::kBest));
INSTANTIATE_TEST_SUITE_P(Portable, TokenFilterTest, ::testing::Values(Instructions::kPortable));

TEST_P(TokenFilterTest, SaysOfManyWhatItSaysOfEach) {
  std::mt19937_64 random(15);
  std::vector<std::uint64_t> in(3000);
  std::ranges::generate(in, std::ref(random));
  const FilterOf some(in);
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<std::uint64_t> tokens(count);
    std::ranges::generate(tokens, [&] { return random() % 2 == 0 ? in[random() % in.size()] : random(); });
    std::vector<std::uint8_t> may_have(count);
    for (std::uint8_t& known : may_have) known = random() % 4 == 0 ? 1 : 0;
    const auto before = may_have;
    some.filter().AddAll(tokens, may_have, GetParam());
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(before[i] != 0 || some.filter().MayHave(tokens[i]), may_have[i] == 1) << i << " of " << count;
    }
  }
}

class WordHashesTest : public ::testing::TestWithParam<Instructions> {};
INSTANTIATE_TEST_SUITE_P(Best, WordHashesTest, ::testing::Values(Instructions::kBest));
INSTANTIATE_TEST_SUITE_P(Avx2, WordHashesTest, ::testing::Values(Instructions::kAvx2));
INSTANTIATE_TEST_SUITE_P(Portable, WordHashesTest, ::testing::Values(Instructions::kPortable));

TEST_P(WordHashesTest, AreThoseOfFoldedWordsOneByOne) {
  const SipKey key = {3, 4};
  constexpr std::string_view kLetters = "abcXYZ019";
  std::mt19937 random(14);
  for (int round = 0; round < 500; ++round) {
    std::array<std::uint64_t, 2 * kWordLanes> first{}, second{}, sizes{}, hashes{}, marks{};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < first.size(); ++i) {
      std::array<char, 16> written{};
      std::ranges::generate(written, [&] { return kLetters[random() % kLetters.size()]; });
      sizes[i] = 1 + random() % 15;
      if (random() % 4 == 0) written[random() % 16] = '\xC3';
      std::memcpy(&first[i], written.data(), 8);
      std::memcpy(&second[i], written.data() + 8, 8);
      words.emplace_back(written.data(), sizes[i]);
    }
    HashWords(key, {first, second, sizes}, {hashes, marks}, GetParam());
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool is_foreign = words[i].find('\xC3') != std::string::npos;
      ASSERT_EQ(is_foreign, IsForeign(marks[i])) << words[i];
      if (is_foreign) continue;
      ASSERT_EQ(words[i].find_first_of("019") != std::string::npos, HasDigit(marks[i])) << words[i];
      std::ranges::transform(words[i], words[i].begin(), LowerAscii);
      ASSERT_EQ(SipHash(key, words[i]), hashes[i]) << words[i];
    }
  }
}

TEST_P(WordHashesTest, OfPairsAreThoseOfEachPair) {
  const CellHasher hasher({}, {});
  std::mt19937_64 random(15);
  std::array<std::uint64_t, 3 * kWordLanes> names{}, texts{}, hashes{};
  for (auto* numbers : {&names, &texts}) std::ranges::generate(*numbers, random);
  hasher.Pairs({names, texts}, hashes, GetParam());
  for (std::size_t i = 0; i < names.size(); ++i) ASSERT_EQ(hasher.Pair(names[i], texts[i]), hashes[i]) << i;
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
