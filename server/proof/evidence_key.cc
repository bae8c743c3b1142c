#include "server/proof/evidence_key.h"

#include "core/credentials/certificates.h"
#include "platform/base/logging.h"

namespace vigie::server::proof {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kMostKeyBytes = 65536;
constexpr std::uint32_t kSecret = 0600;
constexpr std::uint32_t kPublic = 0644;

Result<EvidenceKey> Checked(const credentials::KeyAndCertificate& pair) {
  if (auto good = credentials::CheckPair(pair); !good) return good.error();
  if (!credentials::IsEvidenceCertificate(pair.certificate_pem)) {
    return Error{ErrorCode::kInvalidArgument, "the certificate is not for what a collector signs"};
  }
  auto key = credentials::SigningKey::OfPem(pair.key_pem);
  if (!key) return key.error();
  auto fingerprint = credentials::FingerprintOf(pair.certificate_pem);
  if (!fingerprint) return fingerprint.error();
  v1::EvidenceCertificate certificate;
  certificate.set_fingerprint(*std::move(fingerprint));
  certificate.set_pem(pair.certificate_pem);
  return EvidenceKey{*std::move(key), std::move(certificate)};
}

}  // namespace

Result<EvidenceKey> OpenEvidenceKey(const EvidenceKeyFiles& paths, platform::FileSystem& files,
                                    const std::optional<credentials::KeyAndCertificate>& authority) {
  auto key = files.ReadFile(paths.key, kMostKeyBytes);
  if (key) {
    auto certificate = files.ReadFile(paths.certificate, kMostKeyBytes);
    if (!certificate)
      return certificate.error().Wrap(paths.key + " needs its certificate: put that back, or remove both");
    auto opened = Checked({*std::move(key), *std::move(certificate)});
    return opened ? std::move(opened) : opened.error().Wrap(paths.key);
  }
  if (key.error().code != ErrorCode::kNotFound) return key.error();
  const auto made = credentials::CreateEvidenceCertificate(authority);
  if (!made) return made.error();
  // The key last: with it the certificate must be there.
  if (auto written = files.WriteFileDurably(paths.certificate, made->certificate_pem, kPublic); !written)
    return written.error();
  if (auto written = files.WriteFileDurably(paths.key, made->key_pem, kSecret); !written) return written.error();
  base::LogInfo("made {}: what the collector signs its chain of events with", paths.key);
  return Checked(*made);
}

}  // namespace vigie::server::proof
