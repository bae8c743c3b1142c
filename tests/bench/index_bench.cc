// The index of ten million customers: its size, its build, look-ups in batches, and the rate of false records.
// VIGIE_BENCH_CUSTOMERS makes it a smaller one, for a first look.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "core/customers/index_format.h"
#include "core/customers/static_map.h"
#include "tests/bench/bench_directory.h"
#include "tests/bench/bench_row.h"

namespace vigie::bench {
namespace {

constexpr double kMega = 1e6;
constexpr std::size_t kLookups = 4'000'000;
constexpr std::uint64_t kProbes = 12'000'000'000;  // of the false record rate: some seven will be found

std::uint64_t Customers() {
  const char* wanted = std::getenv("VIGIE_BENCH_CUSTOMERS");
  return wanted == nullptr ? 10'000'000 : std::strtoull(wanted, nullptr, 10);
}

std::string Of(std::uint64_t customers) {
  return std::to_string(customers) + " customers";
}

customers::BuiltIndex MeasureBuild(std::uint64_t customers) {
  const auto begin = std::chrono::steady_clock::now();
  auto built = BuildBenchIndex(customers, {"key=id,email=email,phone=phone,name=name", false});
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double megabytes = static_cast<double>(built.bytes.size()) / kMega;
  const double scale = static_cast<double>(customers) / 1e7;
  Print({.id = "customer_index_bytes",
         .what = "index of " + Of(customers) + " × (email, phone, name)",
         .value = megabytes,
         .unit = "MB",
         .at_least = 250 * scale,
         .aim = 180 * scale,
         .lower_is_better = true});
  Print({.id = "customer_index_build_seconds", .what = "its build from CSV", .value = seconds, .unit = "s"});
  Print({.id = "customer_index_build_memory",
         .what = "peak resident memory of the build",
         .value = PeakResidentMegabytes(),
         .unit = "MB"});
  return built;
}

void MeasureBuildWithKeys(std::uint64_t customers) {
  const auto built = BuildBenchIndex(customers, {"key=id,email=email,phone=phone,name=name", true});
  Print({.id = "customer_index_bytes_with_keys",
         .what = "the same with the primary key searched for too",
         .value = static_cast<double>(built.bytes.size()) / kMega,
         .unit = "MB",
         .at_least = 250 * static_cast<double>(customers) / 1e7,
         .lower_is_better = true});
}

// Independent reads of 64 bytes at random places, as fast as the machine does them.
std::uint64_t ReadRandomLines(const std::string& region, std::size_t reads) {
  const std::uint64_t lines = region.size() / 64 - 1;
  std::uint64_t sum = 0;
  std::uint64_t state = 88172645463325252ULL;
  for (std::size_t i = 0; i < reads; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    __extension__ using Wide = unsigned __int128;
    const auto line = static_cast<std::uint64_t>((static_cast<Wide>(state) * lines) >> 64);
    std::uint64_t words[8];
    std::memcpy(words, region.data() + line * 64, sizeof(words));
    for (const std::uint64_t word : words) sum += word;
  }
  return sum;
}

customers::CellHasher HasherOf(const customers::OpenedIndex& opened) {
  return {BenchKey(), opened.header.id};
}

// Cells as they come from text, hashed: every other one is a customer's.
std::vector<std::uint64_t> MixedCells(const customers::OpenedIndex& opened, std::uint64_t customers) {
  const auto hasher = HasherOf(opened);
  std::mt19937_64 random(5);
  std::vector<std::uint64_t> cells;
  while (cells.size() < kLookups) {
    const auto email = customers::NormaliseEmail(PersonAt(random() % customers).email);
    cells.push_back(hasher.Strong(customers::CellKind::kEmail, *email));
    cells.push_back(random());
  }
  return cells;
}

void MeasureLookups(const customers::BuiltIndex& built, const customers::OpenedIndex& opened, std::uint64_t customers) {
  const auto strong = customers::StaticMap::Open(opened.sections[customers::Section::kStrong]);
  const auto cells = MixedCells(opened, customers);
  std::vector<std::uint64_t> values(cells.size());
  std::uint64_t found = 0;
  std::uint64_t sum = 0;
  const std::function<void()> runs[] = {[&] { found = strong->FindAll(cells, values); },
                                        [&] { sum += ReadRandomLines(built.bytes, kLookups); }};
  const auto seconds = MedianSeconds(runs, 7);
  Keep(sum);
  Print({.id = "customer_index_lookups",
         .what = "look-ups in batches, " + Of(customers) + ", every other one a hit (" + std::to_string(found) +
                 " of " + std::to_string(kLookups) + " found)",
         .value = static_cast<double>(kLookups) / seconds[0] / kMega,
         .unit = "M/s",
         .peer = "independent random 64-byte reads over the same bytes",
         .ratio = seconds[1] / seconds[0],
         .at_least = 0.3,
         .aim = 0.6});
}

// Foreign strong cells are uniform 64-bit numbers to whoever lacks the key's hash of them: so are these. The rate
// depends on the bits of the fingerprint and on how full the blocks are, which are the same at all sizes; so a small
// index, which the caches hold, shows more of it in the same time.
void MeasureFalseRecords(double seconds) {
  constexpr std::uint64_t kCustomers = 20'000;
  const auto built = BuildBenchIndex(kCustomers, {"key=id,email=email,phone=phone,name=name", false});
  const auto opened = customers::DecodeIndex(built.bytes);
  const auto strong = customers::StaticMap::Open(opened->front().sections[customers::Section::kStrong]);
  std::vector<std::uint64_t> cells(1 << 12);
  std::vector<std::uint64_t> values(cells.size());
  std::mt19937_64 random(1);
  std::uint64_t probes = 0;
  std::uint64_t found = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (probes < kProbes && std::chrono::steady_clock::now() - begin < std::chrono::duration<double>(seconds)) {
    std::ranges::generate(cells, std::ref(random));
    found += strong->FindAll(cells, values);
    probes += cells.size();
  }
  Print({.id = "customer_index_false_records",
         .what = "records found by " + std::to_string(probes) + " foreign strong cells in an index of " +
                 Of(kCustomers) + ", per cell (" + std::to_string(found) + " found; bound in FORMAT.md)",
         .value = static_cast<double>(found) / static_cast<double>(probes),
         .unit = "",
         .at_least = 1e-9,
         .lower_is_better = true});
}

}  // namespace
}  // namespace vigie::bench

int main() {
  using namespace vigie;  // NOLINT(google-build-using-namespace)
  const std::uint64_t people = bench::Customers();
  const auto built = bench::MeasureBuild(people);
  const auto opened = customers::DecodeIndex(built.bytes);
  if (!opened) return 1;
  bench::MeasureLookups(built, opened->front(), people);
  bench::MeasureFalseRecords(600);
  bench::MeasureBuildWithKeys(people);
  return 0;
}
