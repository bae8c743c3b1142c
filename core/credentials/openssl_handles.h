#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "platform/base/result.h"

// OpenSSL's objects with owners, for the sources of this folder only. OpenSSL's own error queue is emptied and never
// shown: our errors say which step failed on what.
namespace vigie::credentials {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
inline void FreeNames(GENERAL_NAMES* names) {
  GENERAL_NAMES_free(names);
}

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<FreeNames>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

// Larger PEM text is refused unread: an ECDSA certificate has about 1 KiB.
inline constexpr std::size_t kMaxPemBytes = 64 * 1024;

// Empties OpenSSL's error queue; "cannot STEP".
base::Error OpenSslError(base::ErrorCode code, std::string_view step);

// kInvalidArgument if `pem` is too long or holds no such object; extra text around the first one is ignored.
base::Result<Key> ParseKey(std::string_view pem);
base::Result<Certificate> ParseCertificate(std::string_view pem);
base::Result<Request> ParseRequest(std::string_view pem);

base::Result<std::string> WriteKey(const Key& key);
base::Result<std::string> WriteCertificate(const Certificate& certificate);
base::Result<std::string> WriteRequest(const Request& request);

}  // namespace vigie::credentials
