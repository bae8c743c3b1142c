// A record set from a foreign agent: refused, or a set whose every use is sound.
#include <cstdlib>
#include <string_view>

#include "core/customers/record_set.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const auto set = vigie::customers::RecordSet::Parse(bytes);
  if (!set) return;
  const auto ids = set->Ids();
  if (ids.size() != set->size()) std::abort();
  for (std::size_t i = 1; i < ids.size(); ++i) {
    if (ids[i] <= ids[i - 1]) std::abort();
  }
  const auto again = vigie::customers::RecordSet::Parse(set->Serialize());
  if (!again || !(*again == *set)) std::abort();
  vigie::customers::RecordSet united(ids);
  united.Unite(*set);
  if (united.size() != set->size() || united.CommonWith(*set) != set->size()) std::abort();
}
