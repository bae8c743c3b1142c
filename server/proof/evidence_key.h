#pragma once

#include <optional>
#include <string>

#include "core/credentials/signatures.h"
#include "platform/file_system.h"
#include "vigie/v1/evidence.pb.h"

namespace vigie::server::proof {

// What the collector signs with: STATE/evidence.key and .crt.
struct EvidenceKey {
  credentials::SigningKey key;
  v1::EvidenceCertificate certificate;
};

struct EvidenceKeyFiles {
  std::string key;
  std::string certificate;
};

// Reads them; makes them if neither is there, the certificate issued by the authority or, without one, by itself. An
// error if they do not belong together.
base::Result<EvidenceKey> OpenEvidenceKey(const EvidenceKeyFiles& paths, platform::FileSystem& files,
                                          const std::optional<credentials::KeyAndCertificate>& authority);

}  // namespace vigie::server::proof
