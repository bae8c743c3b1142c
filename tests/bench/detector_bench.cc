// All detectors without an index: over prose and mixed text, over text made to cost most, and beside clamscan.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "core/content/inspect_content.h"
#include "tests/bench/bench_directory.h"
#include "tests/bench/bench_row.h"
#include "tests/bench/raw_pass.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kTextBytes = std::size_t{16} << 20;
constexpr int kRounds = 7;

class Scan {
 public:
  Scan() {
    auto engine = content::ContentEngine::Create();
    if (!engine) std::abort();
    engine_ = *std::move(engine);
  }

  std::uint64_t Matches(std::string_view text) {
    content::MemorySource source(text);
    v1::InspectionBudget budget;
    budget.set_milliseconds(600'000);
    const auto found = content::InspectContent(source, {.budget = budget, .indexes = {}}, *engine_, clock_);
    std::uint64_t matches = 0;
    for (const auto& of_class : found.classes()) matches += of_class.matches();
    return matches;
  }

 private:
  std::unique_ptr<content::ContentEngine> engine_;
  base::SystemClock clock_;
};

std::string Repeated(std::string_view piece) {
  std::string text;
  while (text.size() < kTextBytes) text += piece;
  return text;
}

// Numbers of these lengths, a separator after each and the same label at every tenth.
std::string Numbers(std::string_view lengths, std::string_view separator, std::string_view label) {
  std::mt19937 random(11);
  std::string text;
  for (std::size_t i = 0; text.size() < kTextBytes; ++i) {
    if (!label.empty() && i % 10 == 0) text += label;
    const int length = lengths[i % lengths.size()] - '0' + (lengths[i % lengths.size()] > '9' ? -39 : 0);
    for (int digit = 0; digit < length; ++digit) text.push_back(static_cast<char>('0' + random() % 10));
    text += separator;
  }
  return text;
}

struct Hostile {
  std::string name, text;
};

// In lengths a is 10, b 11 and so on.
std::vector<Hostile> HostileTexts() {
  return {
      {"labelled numbers of nine digits", Numbers("9", " ", "ssn siren nif bsn tfn sin ")},
      {"labelled numbers of eleven digits", Numbers("b", "\n", "pesel oib amka p.iva tckn abn cpf ")},
      {"numbers of all lengths", Numbers("89abcdefghi", " ", "")},
      {"pairs of digits", Numbers("2", " ", "")},
      {"pairs of digits, hyphens", Numbers("2", "-", "")},
      {"groups of four", Numbers("4", " ", "")},
      {"single digits with points", Numbers("1", ".", "")},
      {"groups of three with points", Numbers("3", ".", "")},
      {"telephone numbers", Repeated("0639980123 +33639980123 06 39 98 01 23 ")},
      {"signs and digits", Repeated("+33 +44 +49 0033")},
      {"brackets", Repeated("(202) 555-0143 ")},
      {"addresses", Repeated("a@b.fr ")},
      {"at signs", Repeated("a@a@a@")},
      {"cards", Repeated("4111111111111111 5555-5555-5555-4444 ")},
      {"IBANs", Repeated("DE89370400440532013000 ")},
      {"beginnings of IBANs", Repeated("FR76 FR76")},
      {"names of secrets", Repeated("pwd=password:secret=")},
      {"secrets", Repeated("pwd=vK7qLp2xWz8 ")},
      {"tokens", Repeated("eyJeyJeyJ.eyJ")},
      {"labels of codes", Repeated("BIC swift ")},
      {"codes", Repeated("BIC BNPAFRPP ")},
      {"addresses of machines", Repeated("192.0.2.17 2001:db8::17 ")},
      {"colons", Repeated("1:2:3:4:")},
      {"context words", Repeated("ssn 123456782")},
      {"letters and digits", Repeated("a1b2c3d4")},
  };
}

std::string Rate(double megabytes_a_second) {
  return std::to_string(static_cast<int>(megabytes_a_second)) + " MB/s";
}

void MeasurePlain(Scan& scan, const RawPass& raw) {
  const auto text = ProseOf(kTextBytes, 5);
  std::uint64_t matches = 0;
  std::uint64_t raw_matches = 0;
  const std::function<void()> runs[] = {[&] { matches = scan.Matches(text); },
                                        [&] { raw_matches = raw.Matches(text); }};
  const auto seconds = MedianSeconds(runs, kRounds);
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  Print({.id = "scan_detectors",
         .what = "all detectors, no index, one core, prose and mixed text (" + std::to_string(matches) + " matches)",
         .value = megabytes / seconds[0],
         .unit = "MB/s",
         .peer = "raw Hyperscan pass, 12 plain patterns, " + Rate(megabytes / seconds[1]) + ", " +
                 std::to_string(raw_matches) + " matches",
         .ratio = seconds[1] / seconds[0],
         .at_least = 0.5,
         .aim = 0.8});
}

void MeasureHostile(Scan& scan, const RawPass& raw) {
  const auto prose = ProseOf(kTextBytes, 5);
  const double megabytes = static_cast<double>(kTextBytes) / 1e6;
  double worst = 0;
  Row row{.id = "scan_hostile", .unit = "MB/s", .at_least = 0.05, .aim = 0.1};
  for (const auto& hostile : HostileTexts()) {
    std::uint64_t matches = 0;
    const std::function<void()> runs[] = {[&] { matches = scan.Matches(hostile.text); },
                                          [&] { Keep(raw.Matches(prose)); }};
    const auto seconds = MedianSeconds(runs, 3);
    std::cerr << hostile.name << ": " << Rate(megabytes / seconds[0]) << ", " << seconds[1] / seconds[0] << " x, "
              << matches << " matches\n";
    if (seconds[0] / seconds[1] <= worst) continue;
    worst = seconds[0] / seconds[1];
    row.what = "all detectors, the worst of " + std::to_string(HostileTexts().size()) + " hostile texts (" +
               hostile.name + ")";
    row.value = megabytes / seconds[0];
    row.ratio = seconds[1] / seconds[0];
    row.peer = "raw Hyperscan pass, 12 plain patterns, over prose of the same size, " + Rate(megabytes / seconds[1]);
  }
  Print(row);
}

bool Succeeds(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;  // NOLINT(cert-env33-c): a benchmark
}

// clamscan starts anew for each file and loads its signatures: an empty file says how long that takes.
void MeasureClamscan(Scan& scan) {
  Row row{.id = "scan_against_clamscan",
          .what = "all detectors, mixed text",
          .unit = "MB/s",
          .peer = "clamscan --detect-structured, its start subtracted",
          .at_least = 5,
          .aim = 20};
  const auto folder = std::filesystem::temp_directory_path() / "vigie_detector_bench";
  std::filesystem::create_directories(folder);
  const auto text = ProseOf(kTextBytes, 5);
  std::ofstream(folder / "empty.txt") << "nothing\n";
  std::ofstream(folder / "mixed.txt") << text;
  std::ofstream(folder / "none.ndb") << "Vigie.Bench.Nothing:0:*:deadbeefdeadbeefdeadbeefdeadbeefdeadbeef\n";
  const std::string clamscan =
      "clamscan --detect-structured=yes --structured-ssn-count=1000000 --structured-cc-count=1000000"
      " --max-filesize=100M --max-scansize=100M --database=" +
      (folder / "none.ndb").string() + " ";
  if (!Succeeds(clamscan + (folder / "empty.txt").string())) {
    row.reason = "clamscan is not installed (package clamav), or does not run";
    Print(row);
    return;
  }
  const std::function<void()> runs[] = {[&] { Keep(scan.Matches(text)); },
                                        [&] { Keep(Succeeds(clamscan + (folder / "mixed.txt").string())); },
                                        [&] { Keep(Succeeds(clamscan + (folder / "empty.txt").string())); }};
  const auto seconds = MedianSeconds(runs, 3);
  row.value = static_cast<double>(text.size()) / 1e6 / seconds[0];
  row.ratio = (seconds[1] - seconds[2]) / seconds[0];
  Print(row);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace vigie::bench

int main() {
  using namespace vigie::bench;  // NOLINT(google-build-using-namespace)
  Scan scan;
  const RawPass raw;
  MeasurePlain(scan, raw);
  MeasureHostile(scan, raw);
  MeasureClamscan(scan);
  return 0;
}
