// Containers of every format. The first byte says what is done to the rest, so that more than the door is reached: as
// it is; as the sectors of a disk image; with the checksums made right that a tar's headers and a 7z's first and last
// header carry.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/inspection_answer.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr std::size_t kTarBlock = 512;
constexpr std::size_t kSevenZipStart = 32;

std::uint32_t SumOf(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string WithNumber(std::string bytes, std::size_t position, std::uint32_t number) {
  for (std::size_t i = 0; i < 4; ++i) bytes[position + i] = static_cast<char>(number >> (8 * i));
  return bytes;
}

// Behind the system area the volume descriptor, then sectors of which the input has the first bytes only.
std::string AsDiskImage(std::string_view bytes) {
  constexpr std::size_t kSystemArea = 32768;
  constexpr std::size_t kSector = 2048;
  constexpr std::size_t kDescriptor = 1024;
  constexpr std::size_t kWritten = 256;
  constexpr std::size_t kSmallest = 65536;
  std::string image(kSystemArea, '\0');
  for (std::size_t at = 0; at < bytes.size(); at += at == 0 ? kDescriptor : kWritten) {
    image.append(bytes.substr(at, at == 0 ? kDescriptor : kWritten));
    image.resize((image.size() + kSector - 1) / kSector * kSector, '\0');
  }
  image.resize(std::max(image.size(), kSmallest), '\0');
  return image;
}

// Every block that names its format becomes a header.
std::string WithTarSums(std::string bytes) {
  constexpr std::size_t kSumAt = 148;
  constexpr std::size_t kMagicAt = 257;
  for (std::size_t block = 0; block + kTarBlock <= bytes.size(); block += kTarBlock) {
    if (block > 0 && bytes.compare(block + kMagicAt, 5, "ustar") != 0) continue;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(block + kSumAt), 8, ' ');
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < kTarBlock; ++i) sum += static_cast<unsigned char>(bytes[block + i]);
    for (std::size_t i = 0; i < 6; ++i) bytes[block + kSumAt + 5 - i] = static_cast<char>('0' + (sum >> (3 * i) & 7));
    bytes[block + kSumAt + 6] = '\0';
  }
  return bytes;
}

std::string WithSevenZipSums(std::string bytes) {
  if (bytes.size() < kSevenZipStart) return bytes;
  bytes.replace(0, 6, "7z\xbc\xaf\x27\x1c");
  const auto number = [&](std::size_t at) {
    return static_cast<unsigned char>(bytes[at]) + 256U * static_cast<unsigned char>(bytes[at + 1]);
  };
  const std::string_view all(bytes);
  const auto last = all.substr(std::min<std::size_t>(kSevenZipStart + number(12), all.size())).substr(0, number(20));
  bytes = WithNumber(std::move(bytes), 28, SumOf(last));
  const auto sum = SumOf(std::string_view(bytes).substr(12, 20));
  return WithNumber(std::move(bytes), 8, sum);
}

std::string Prepared(std::string_view input) {
  const std::string rest(input.substr(1));
  switch (static_cast<unsigned char>(input[0]) % 4) {
    case 1:
      return AsDiskImage(rest);
    case 2:
      return WithTarSums(rest);
    case 3:
      return WithSevenZipSums(rest);
    default:
      return rest;
  }
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  if (input.empty()) return;
  vigie::content::InspectAndCheck(Prepared({reinterpret_cast<const char*>(input.data()), input.size()}));
}
