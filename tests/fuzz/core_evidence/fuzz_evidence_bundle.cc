// Any bytes are a file of evidence or are told to be none; nothing that nobody signed is called good.
#include <cstdlib>
#include <sstream>
#include <string>

#include "core/evidence/bundle_file.h"
#include "core/evidence/bundle_verifier.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr vigie::base::SystemTime kNow{std::chrono::seconds(1'800'000'000)};

// What is left of the signatures are the items: as they come, without the frame of a file.
void VerifyItems(const std::string& bytes) {
  vigie::v1::EvidenceItem item;
  if (!item.ParseFromString(bytes)) return;
  vigie::evidence::BundleVerifier verifier;
  verifier.Take(item);
  verifier.Take(item);
  (void)verifier.Finish(kNow);
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string bytes(reinterpret_cast<const char*>(input.data()), input.size());
  std::istringstream file(bytes);
  const auto report = vigie::evidence::VerifyBundle(file, "", kNow);
  if (report.events() != report.host() + report.collector() + report.not_chained() + report.broken()) std::abort();
  VerifyItems(bytes);
}
