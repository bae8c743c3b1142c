// Text from hostile files, searched with a good index: always sound, and what is found before foreign bytes is found
// with them around too.
#include <cstdlib>
#include <string>

#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/core_customers/invented_directory.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  static const auto customers = vigie::invented::MakeCustomers(64);
  static const auto index = vigie::invented::BuildTestIndex(vigie::invented::ToCsv(customers));
  const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
  const auto found = index.Find(text);
  if (found.size() > customers.size()) std::abort();
  auto with_one = index.Find(customers[7].email + "\n" + text);
  if (with_one.empty()) std::abort();
}
