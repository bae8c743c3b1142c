// An index from an attacker who has the key: the input lies behind a header that is made right for it, so that its
// sections are reached. Whatever they hold, opening refuses it or searching is sound.
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/customers/customer_index.h"
#include "core/customers/index_format.h"
#include "platform/memory_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace vigie;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kText =
    "Marie Durand, marie@example.com, 06 39 98 12 34, CUST-0001, FR7630006000011234567890189, Acme\n";

void TryIndex(std::string_view bytes, const customers::IndexKey& key) {
  const auto file = platform::MakeMemoryFile(bytes);
  if (!file) return;
  (void)customers::CustomerIndex::ReadInfo(*file);
  const auto index = customers::CustomerIndex::Open(*file, key);
  if (!index) return;
  customers::RecordSet found;
  (*index)->Match(kText, found);
  if (found.size() != found.Ids().size()) std::abort();
}

// The first bytes say how long the sections are and what the header claims.
std::string BehindRightHeader(std::string_view input, const customers::IndexKey& key) {
  customers::IndexHeader header;
  header.last_record = static_cast<unsigned char>(input[0]) * 257U;
  header.word_counts = 0x7E;
  header.key_counts = 0x7E;
  header.max_key_bytes = 64;
  header.region = "FR";
  customers::IndexSections sections;
  header.kinds = 0xFFFF;
  std::string_view rest = input.substr(8);
  for (std::size_t i = 0; i < sections.bytes.size(); ++i) {
    const std::size_t size = std::min<std::size_t>(static_cast<unsigned char>(input[i + 1]), rest.size());
    sections.bytes[i] = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return customers::EncodeIndex(header, sections, customers::CellHasher(key, header.id));
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  if (sodium_init() < 0) return;
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const customers::IndexKey key{};
  TryIndex(bytes, key);
  if (bytes.size() >= 8) TryIndex(BehindRightHeader(bytes, key), key);
}
