#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "core/credentials/signatures.h"
#include "core/evidence/digest.h"
#include "platform/base/result.h"
#include "vigie/v1/evidence.pb.h"

// A file of evidence as bytes (evidence.proto: EvidenceItem).
namespace vigie::evidence {

inline constexpr std::uint32_t kBundleFormat = 1;
inline constexpr std::size_t kMaxItemBytes = std::size_t{4} << 20;

// Gives the bytes of a file, piece by piece. One thread.
class BundleWriter {
 public:
  BundleWriter();

  std::string Begin();
  std::string Add(const v1::EvidenceItem& item);
  // The signature of everything that was given before.
  base::Result<std::string> End(const credentials::SigningKey& key);

 private:
  Hasher hasher_;
};

// Reads it back. Whatever is not written as BundleWriter does it, to the bit, is kDataLoss. One thread.
class BundleReader {
 public:
  explicit BundleReader(std::istream& file);

  // Nothing after the trailer, behind which nothing may stand.
  base::Result<std::optional<v1::EvidenceItem>> Next();
  // What the trailer signs, once it has been read.
  const std::optional<Digest>& signed_digest() const { return signed_digest_; }

 private:
  base::Result<void> ReadBeginning();
  base::Result<std::string> ReadFramed();

  std::istream& file_;
  Hasher hasher_;
  bool begun_ = false;
  std::optional<Digest> signed_digest_;
};

}  // namespace vigie::evidence
