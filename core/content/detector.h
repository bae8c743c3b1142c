#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::content {

// What a detector's check says about a number that passes it.
enum class Proof : std::uint8_t {
  kWeak,    // one check digit, or none: many numbers of that length pass by chance
  kFair,    // about one in a hundred passes, or the way of writing is its own
  kStrong,  // next to none
};

// One way of writing a number: # is a digit, a capital a letter, * either; a space, point, hyphen or slash stands for
// itself between groups, ~ for any one of the four, the same all along. "### ### ###", "A#######A", "##~##~##~##~##".
struct NumberShape {
  std::string_view written;
  Proof proof = Proof::kWeak;
  bool needs_context = true;  // counts only with one of the context words near it
};

// Where a word (letters and digits) of the text may begin something that has no fixed shape.
enum class WordStart : std::uint8_t {
  kNone = 0,
  kPlus = 1,             // + and digits: the candidate begins at the +
  kTwoZeros = 2,         // 00 and more digits
  kCountryAndCheck = 4,  // two letters, then two digits
  kDottedDigits = 8,     // up to three digits, then a point
  kColon = 16,           // digits with a colon before or after
  kBracket = 32,         // ( and digits: the candidate begins at the bracket
};
constexpr std::uint8_t operator|(WordStart a, WordStart b) {
  return static_cast<std::uint8_t>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

// A place in the text that one of a detector's patterns or word starts pointed at: text[begin, end). What lies before
// `fresh_from` this detector has already looked at for an earlier candidate.
struct Candidate {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t fresh_from = 0;
};

// A proven identifier at text[begin, end).
struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  Proof proof = Proof::kStrong;
  bool needs_context = false;
};

// Finds one class of identifiers: one file under detectors/, one line in detector_table.cc, and its evidence in
// tests/data/detectors/<name>.yaml. Stateless and thread-safe.
//
// There are two ways in. Numbers give shapes: the text's words are read once for all detectors, and IsValid is asked
// only for words of a right shape. All else gives patterns or word starts, and Prove reads the text itself.
class Detector {
 public:
  virtual ~Detector() = default;

  // The class, as contract and policies name it: email_address.
  virtual std::string_view name() const = 0;
  // What people write beside such a value, in the country's language and English, in lower case. A word ends where its
  // letters end; one that ends in * is the beginning of a word.
  virtual std::span<const std::string_view> context_words() const { return {}; }

  virtual std::span<const NumberShape> shapes() const { return {}; }
  // Whether digits and capitals of a right shape, without what separates them, are such a number.
  virtual bool IsValid(std::string_view /*compact*/) const { return false; }

  // Below so many distinct values in a file the class is not reported.
  virtual std::uint64_t at_least() const { return 0; }

  // Patterns of a few bytes, in Hyperscan's subset of PCRE: all detectors' patterns run in one pass over the text. One
  // of a fixed width is cheap and says where a candidate begins; for others Hyperscan has to remember it.
  virtual std::vector<std::string> patterns() const { return {}; }
  // A character that every value has inside of it, and text is not full of; 0 = none. Each one of the text that is
  // neither its first nor its last character is a candidate, from the character before it to the one behind it.
  virtual char sign() const { return 0; }
  // Or-ed WordStart.
  virtual std::uint8_t word_starts() const { return 0; }
  // Appends the identifiers at a candidate: each whole, bounded by what cannot belong to it. Looks at a bounded stretch
  // around the candidate only. Returns how far it looked.
  virtual std::size_t Prove(std::string_view /*text*/, const Candidate& candidate,
                            std::vector<Match>& /*found*/) const {
    return candidate.end;
  }

  // The one canonical spelling of what was matched, so that the same identifier written in two ways counts once. It
  // never leaves core/content.
  virtual std::string Canonical(std::string_view written) const = 0;
  // The same into `canonical`, whose memory a caller with many values uses again.
  virtual void WriteCanonical(std::string_view written, std::string& canonical) const {
    canonical = Canonical(written);
  }
  // What may be shown of a canonical value: j***@e***.com. Always holds a *.
  virtual std::string Mask(std::string_view value) const = 0;
};

}  // namespace vigie::content
