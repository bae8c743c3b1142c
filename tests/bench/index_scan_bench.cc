// Text searched for the customers of an index of one million, alone and together with all detectors.
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "core/content/inspect_content.h"
#include "tests/bench/bench_directory.h"
#include "tests/bench/bench_row.h"
#include "tests/bench/dense_floor.h"
#include "tests/bench/raw_pass.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kTextBytes = std::size_t{16} << 20;
constexpr std::uint64_t kCustomers = 1'000'000;
constexpr int kRounds = 7;

class Scan {
 public:
  explicit Scan(const customers::CustomerIndex& index) : index_(&index) {
    auto engine = content::ContentEngine::Create();
    if (!engine) std::abort();
    engine_ = *std::move(engine);
  }

  std::uint64_t Everything(std::string_view text) {
    content::MemorySource source(text);
    const auto found = content::InspectContent(source, {.budget = {}, .indexes = {&index_, 1}}, *engine_, clock_);
    return found.customers().distinct();
  }

  std::uint64_t IndexAlone(std::string_view text) const {
    customers::RecordSet found;
    index_->Match(text, found);
    return found.size();
  }

 private:
  const customers::CustomerIndex* index_;
  std::unique_ptr<content::ContentEngine> engine_;
  base::SystemClock clock_;
};

struct Case {
  std::string id, text_is;
  std::string text;
  double at_least, aim;
};

void Measure(const Case& measured, Scan& scan, const RawPass& raw) {
  std::uint64_t customers = 0;
  std::uint64_t alone = 0;
  std::uint64_t matches = 0;
  const std::function<void()> runs[] = {[&] { customers = scan.Everything(measured.text); },
                                        [&] { matches = raw.Matches(measured.text); },
                                        [&] { alone = scan.IndexAlone(measured.text); }};
  const auto seconds = MedianSeconds(runs, kRounds);
  const double megabytes = static_cast<double>(measured.text.size()) / 1e6;
  const std::string peer = "raw Hyperscan pass, 12 plain patterns, " +
                           std::to_string(static_cast<int>(megabytes / seconds[1])) + " MB/s, " +
                           std::to_string(matches) + " matches";
  Print({.id = measured.id,
         .what = "all detectors and an index of 1 million customers, " + measured.text_is + ", one core (" +
                 std::to_string(customers) + " customers)",
         .value = megabytes / seconds[0],
         .unit = "MB/s",
         .peer = peer,
         .ratio = seconds[1] / seconds[0],
         .at_least = measured.at_least,
         .aim = measured.aim});
  Print({.id = measured.id + "_index_alone",
         .what = "the index alone, " + measured.text_is + " (" + std::to_string(alone) + " customers)",
         .value = megabytes / seconds[2],
         .unit = "MB/s",
         .peer = peer,
         .ratio = seconds[1] / seconds[2]});
}

// How far the dense row is from what no design can leave out.
void MeasureFloor(const std::string& text, const customers::BuiltIndex& built, Scan& scan, const RawPass& raw) {
  const DenseFloor floor(built.bytes, static_cast<std::uint64_t>(std::ranges::count(text, '\n')) - 1);
  std::uint64_t customers = 0;
  const std::function<void()> runs[] = {[&] { Keep(scan.Everything(text)); }, [&] { Keep(raw.Matches(text)); },
                                        [&] { customers = floor.Run(); }};
  const auto seconds = MedianSeconds(runs, kRounds);
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  Print({.id = "scan_dense_floor",
         .what = "the keyed hashes, look-ups and counts of that CSV alone, its cells and words given (" +
                 std::to_string(customers) + " customers); the whole inspection takes " +
                 std::to_string(seconds[0] / seconds[2]).substr(0, 4) + " times as long",
         .value = megabytes / seconds[2],
         .unit = "MB/s",
         .peer = "raw Hyperscan pass, 12 plain patterns",
         .ratio = seconds[1] / seconds[2]});
}

}  // namespace
}  // namespace vigie::bench

int main() {
  using namespace vigie::bench;  // NOLINT(google-build-using-namespace)
  const auto built = BuildBenchIndex(kCustomers, {"key=id,email=email,phone=phone,name=name,text=company", true});
  const auto index = OpenBenchIndex(built);
  Scan scan(*index);
  const RawPass raw;
  Measure({"scan_prose_with_index", "prose and mixed text", ProseOf(kTextBytes, 3), 0.25, 0.5}, scan, raw);
  const auto dense = ExportOf(0, kTextBytes);
  Measure({"scan_dense_with_index", "dense customer CSV", dense, 1.2, 4}, scan, raw);
  MeasureFloor(dense, built, scan, raw);
  return 0;
}
