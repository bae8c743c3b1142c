#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::content {

// A place in the text that one of a detector's patterns pointed at: text[begin, end).
struct Candidate {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A proven identifier at text[begin, end). `value` is its one canonical spelling, so that the same identifier written
// in two ways counts once. It never leaves core/content.
struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string value;
};

// Finds one class of identifiers: one file under detectors/, one line in detector_table.cc, and its evidence in
// tests/data/detectors/<name>.yaml. Stateless and thread-safe.
class Detector {
 public:
  virtual ~Detector() = default;

  // The class, as contract and policies name it: email_address.
  virtual std::string_view name() const = 0;

  // Where to look: patterns of a few bytes, each of one width only, in Hyperscan's subset of PCRE. All detectors'
  // patterns run in one pass over the text; the fixed width keeps that pass fast and says where a candidate begins.
  virtual std::vector<std::string> patterns() const = 0;

  // The identifier at a candidate, if there is one: the whole of it, bounded by what cannot belong to it. Looks at a
  // bounded stretch around the candidate only.
  virtual std::optional<Match> Prove(std::string_view text, const Candidate& candidate) const = 0;

  // What may be shown of a proven value: j***@e***.com.
  virtual std::string Mask(std::string_view value) const = 0;
};

}  // namespace vigie::content
