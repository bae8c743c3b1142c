#include "core/evidence/bundle_file.h"

namespace vigie::evidence {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kBeginning = "vigie evidence 1\n";
constexpr std::string_view kDomain = "vigie evidence file 1";
constexpr std::size_t kLengthBytes = 4;

std::string Framed(const v1::EvidenceItem& item) {
  const std::string bytes = item.SerializeAsString();
  std::string framed;
  for (std::size_t i = 0; i < kLengthBytes; ++i) framed += static_cast<char>(bytes.size() >> (8 * i) & 0xff);
  return framed + bytes;
}

// Nothing signs the signature: there is one way only to write it.
v1::EvidenceItem TrailerOf(const std::string& signature) {
  v1::EvidenceItem item;
  item.mutable_trailer()->set_signature(signature);
  return item;
}

Error Damaged(const std::string& why) {
  return {ErrorCode::kDataLoss, why};
}

}  // namespace

BundleWriter::BundleWriter() : hasher_(kDomain) {
}

std::string BundleWriter::Begin() {
  hasher_.AddRest(kBeginning);
  return std::string(kBeginning);
}

std::string BundleWriter::Add(const v1::EvidenceItem& item) {
  std::string bytes = Framed(item);
  hasher_.AddRest(bytes);
  return bytes;
}

Result<std::string> BundleWriter::End(const credentials::SigningKey& key) {
  auto signature = key.Sign(Bytes(hasher_.Finish()));
  if (!signature) return signature;
  return Framed(TrailerOf(*signature));
}

BundleReader::BundleReader(std::istream& file) : file_(file), hasher_(kDomain) {
}

Result<void> BundleReader::ReadBeginning() {
  begun_ = true;
  std::string beginning(kBeginning.size(), '\0');
  file_.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  if (!file_ || beginning != kBeginning) return Damaged("it is no file of evidence, or its beginning was changed");
  hasher_.AddRest(beginning);
  return {};
}

// The length, and what it is the length of.
Result<std::string> BundleReader::ReadFramed() {
  std::string framed(kLengthBytes, '\0');
  if (!file_.read(framed.data(), static_cast<std::streamsize>(framed.size()))) return Damaged("it is cut off");
  std::size_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) size |= std::size_t{static_cast<unsigned char>(framed[i])} << (8 * i);
  if (size > kMaxItemBytes) return Damaged("an item in it is larger than any that is written");
  framed.resize(kLengthBytes + size);
  if (!file_.read(framed.data() + kLengthBytes, static_cast<std::streamsize>(size))) return Damaged("it is cut off");
  return framed;
}

Result<std::optional<v1::EvidenceItem>> BundleReader::Next() {
  if (!begun_) {
    if (auto begun = ReadBeginning(); !begun) return begun.error();
  }
  if (signed_digest_) {
    if (file_.peek() == std::istream::traits_type::eof()) return std::optional<v1::EvidenceItem>();
    return Damaged("something stands behind its end");
  }
  const auto framed = ReadFramed();
  if (!framed) return framed.error();
  v1::EvidenceItem item;
  const bool parsed =
      item.ParseFromArray(framed->data() + kLengthBytes, static_cast<int>(framed->size() - kLengthBytes));
  if (!parsed || Framed(item) != *framed) return Damaged("an item in it cannot be read as one that was written");
  if (item.has_trailer()) {
    if (Framed(TrailerOf(item.trailer().signature())) != *framed) return Damaged("its end holds more than a signature");
    signed_digest_ = hasher_.Finish();
  } else {
    hasher_.AddRest(*framed);
  }
  return std::optional(std::move(item));
}

}  // namespace vigie::evidence
