// Two states of a directory from anywhere, with a zero byte between them: each becomes an index that opens, or an
// error; and where both do, so does the delta from one to the other, which finds nobody whom an index of the second
// state would not find.
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "core/customers/index_delta.h"
#include "core/customers/index_format.h"
#include "platform/base/clock.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace {

using namespace vigie;  // NOLINT(google-build-using-namespace)

customers::BuildOptions Options() {
  auto options = invented::DirectoryOptions();
  options.separator = ',';
  options.encoding = "UTF-8";
  options.canary_column = "service";
  return options;
}

customers::RecordSet Find(std::string_view index_bytes, std::string_view text) {
  const auto index = invented::OpenIndex(index_bytes, invented::TestKey());
  if (!index) std::abort();
  customers::RecordSet found;
  (*index)->Match(text, found);
  return found;
}

// As one owner of a directory does it: one ledger for all.
class Owner {
 public:
  base::Result<customers::BuiltIndex> Build(const std::string& csv) {
    std::istringstream input(csv);
    return customers::BuildIndex(input, options_, {invented::TestKey(), ledger_, clock_});
  }

  std::string Update(const customers::BuiltIndex& index, const std::string& csv) {
    const auto layers = customers::DecodeIndex(index.bytes);
    const customers::OpenDirectory open = [&]() -> base::Result<std::unique_ptr<std::istream>> {
      return std::unique_ptr<std::istream>(std::make_unique<std::istringstream>(csv));
    };
    const auto delta =
        customers::BuildDelta(open, options_, {invented::TestKey(), ledger_, clock_}, {*layers, index.digests});
    if (!delta) std::abort();
    const auto applied = customers::ApplyDelta(index.bytes, delta->bytes, invented::TestKey());
    if (!applied) std::abort();
    return *applied;
  }

 private:
  customers::BuildOptions options_ = Options();
  customers::Ledger ledger_;
  base::SystemClock clock_;
};

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const auto cut = bytes.find('\0');
  const std::string header = "id,name,email,phone,function,company,service\n";
  const std::string before = header + std::string(bytes.substr(0, cut));
  Owner owner;
  const auto first = owner.Build(before);
  if (!first) return;
  (void)Find(first->bytes, before);
  if (cut == std::string_view::npos) return;
  const std::string after = header + std::string(bytes.substr(cut + 1));
  const auto second = owner.Build(after);
  if (!second) return;
  const auto updated = Find(owner.Update(*first, after), before + after);
  if (updated.CommonWith(Find(second->bytes, before + after)) != updated.size()) std::abort();
}
