#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/certificates.h"
#include "platform/base/result.h"

struct evp_pkey_st;

// Signatures of messages by keys that have certificates: SHA-256 with ECDSA or RSA (EdDSA by itself). Values; any
// thread.
namespace vigie::credentials {

struct FreeKey {
  void operator()(evp_pkey_st* key) const;
};

class SigningKey {
 public:
  static base::Result<SigningKey> OfPem(std::string_view key_pem);
  base::Result<std::string> Sign(std::string_view message) const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

class VerifyingKey {
 public:
  static base::Result<VerifyingKey> OfCertificate(std::string_view certificate_pem);
  bool Verifies(std::string_view message, std::string_view signature) const;

 private:
  explicit VerifyingKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// SHA-256 of the certificate's DER form, hex.
base::Result<std::string> FingerprintOf(std::string_view certificate_pem);

// Whether the certificate was good at that time and has been issued by one of the authorities (PEM, one after another).
base::Result<void> CheckIssued(std::string_view certificate_pem, std::string_view authorities_pem,
                               std::chrono::sys_seconds at);

// For what a collector signs: ECDSA P-256, ten years, with the URI "vigie:collector:evidence" as its only subject
// alternative name, so that it is good for no connection. Without an authority it is signed by itself.
base::Result<KeyAndCertificate> CreateEvidenceCertificate(const std::optional<KeyAndCertificate>& authority);
bool IsEvidenceCertificate(std::string_view certificate_pem);

}  // namespace vigie::credentials
