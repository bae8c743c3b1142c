// A ledger whose checksums are right only by chance is refused; so that the lines behind them are reached too, the
// input is also taken as lines and given right checksums.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/customers/ledger.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

std::string WithChecksums(std::string_view text) {
  vigie::customers::LedgerChain chain;
  std::string ledger;
  std::size_t lines = 0;
  const auto append = [&](const std::string& line) {
    ledger.append(line).append(",").append(chain.Append(line)).append("\n");
    ++lines;
  };
  append("vigie-ledger 1");
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    append(std::string(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  append("end," + std::to_string(lines));
  return ledger;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  (void)vigie::customers::Ledger::Parse(text);
  auto ledger = vigie::customers::Ledger::Parse(WithChecksums(text));
  if (!ledger) return;
  const auto again = vigie::customers::Ledger::Parse(ledger->Serialize());
  if (!again || again->records() != ledger->records() || !(again->Canaries() == ledger->Canaries())) std::abort();
  for (std::uint32_t record = 1; record <= ledger->records(); ++record) {
    if (ledger->Find(*ledger->KeyOf(record)) != record) std::abort();
  }
}
