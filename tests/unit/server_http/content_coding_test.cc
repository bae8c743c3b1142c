#include "server/http/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

namespace vigie::server::http {
namespace {

constexpr std::array kAll = {Coding::kBrotli, Coding::kGzip, Coding::kIdentity};

std::string Unzip(const std::string& packed, std::size_t most) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(most, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(ContentCoding, TheGreatestWeightIsChosen) {
  EXPECT_EQ(ChooseCoding("gzip, br", kAll), Coding::kBrotli);
  EXPECT_EQ(ChooseCoding("gzip;q=0.9, br;q=0.8", kAll), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("GZIP ; q=0.9,BR;Q=0.8", kAll), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("x-gzip", kAll), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("identity, gzip;q=0.5", kAll), Coding::kIdentity);
  EXPECT_EQ(ChooseCoding("br;q=0, *;q=0.3", kAll), Coding::kGzip);
}

TEST(ContentCoding, WhatIsNotWantedOrCannotBeReadIsNotSent) {
  for (const char* header : {"", "deflate", "br;q=0", "gzip;q=x", "gzip;q=2", "gzip;q=-1", "gzip;level=9", "bro",
                             "gzip;q=", ";;,,;q=1", "identity;q=0, *;q=0"}) {
    EXPECT_EQ(ChooseCoding(header, kAll), Coding::kIdentity) << header;
  }
}

TEST(ContentCoding, WhatWasPackedIsWhatWasSaid) {
  std::string text;
  for (int number = 0; number < 20'000; ++number) text += "{\"id\":\"inc-" + std::to_string(number) + "\"},";
  const auto packed = Gzip(text);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), text.size() / 3);
  EXPECT_EQ(Unzip(*packed, text.size() + 1), text);
  EXPECT_EQ(Unzip(*Gzip(""), 1), "");
}

}  // namespace
}  // namespace vigie::server::http
