// A delta from an attacker who has the key, on top of a good index: its header is made right, so that its sections are
// reached. Applying refuses it, or what comes out opens and searching it is sound; the index that was there is never
// part of the damage.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/customers/index_delta.h"
#include "core/customers/index_format.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace {

using namespace vigie;  // NOLINT(google-build-using-namespace)

struct Base {
  std::vector<invented::Customer> people = invented::MakeCustomers(16);
  invented::TestIndex index = invented::BuildTestIndex(invented::ToCsv(people));
  std::string text = invented::ToCsv(people);
};

const Base& TheBase() {
  static const Base base;
  return base;
}

// The first bytes say how long the sections are and what the header claims.
std::string DeltaOf(std::string_view input) {
  const auto layers = customers::DecodeIndex(TheBase().index.built.bytes);
  customers::IndexHeader header = layers->front().header;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
  header.layer = 1U + byte(7) / 128U;
  header.previous = layers->front().seal;
  header.last_record = byte(8) * 257U;
  header.word_counts = static_cast<std::uint16_t>(byte(9) * 2);
  header.key_counts = static_cast<std::uint16_t>(byte(10) * 2);
  header.max_key_bytes = byte(11);
  header.kinds = 0xFFFF;
  customers::IndexSections sections;
  std::string_view rest = input.substr(12);
  for (std::size_t i = 0; i < sections.bytes.size(); ++i) {
    const std::size_t size = std::min<std::size_t>(std::size_t{4} * byte(i), rest.size());
    sections.bytes[i] = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return customers::EncodeIndex(header, sections, customers::CellHasher(invented::TestKey(), header.id));
}

void TryDelta(std::string_view delta) {
  const auto& base = TheBase();
  const auto applied = customers::ApplyDelta(base.index.built.bytes, delta, invented::TestKey());
  if (!applied) return;
  if (!applied->starts_with(base.index.built.bytes)) std::abort();
  if (customers::ApplyDelta(*applied, delta, invented::TestKey())) std::abort();
  const auto index = invented::OpenIndex(*applied, invented::TestKey());
  if (!index) return;
  customers::RecordSet found;
  (*index)->Match(base.text, found);
  if (found.size() != found.Ids().size()) std::abort();
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  TryDelta(bytes);
  if (bytes.size() >= 12) TryDelta(DeltaOf(bytes));
}
