#include "core/credentials/signatures.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "core/credentials/certificate_builder.h"
#include "core/credentials/digest.h"
#include "core/credentials/openssl_handles.h"

namespace vigie::credentials {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using TrustStore = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using TrustCheck = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

constexpr std::string_view kEvidenceUri = "vigie:collector:evidence";
constexpr std::chrono::hours kEvidenceLife{24 * 3652};
constexpr std::size_t kMaxSignatureBytes = 1024;

// EdDSA hashes by itself.
const EVP_MD* HashFor(EVP_PKEY* key) {
  return EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1 ? nullptr : EVP_sha256();
}

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Result<TrustStore> StoreOf(std::string_view authorities_pem) {
  TrustStore store(X509_STORE_new());
  const Memory memory(BIO_new_mem_buf(authorities_pem.data(), static_cast<int>(authorities_pem.size())));
  if (!store || !memory || authorities_pem.size() > kMaxPemBytes) {
    return OpenSslError(ErrorCode::kInvalidArgument, "read the authority's certificates");
  }
  int count = 0;
  while (const Certificate authority{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store.get(), authority.get()) == 1) ++count;
  }
  ERR_clear_error();
  if (count == 0) return Error{ErrorCode::kInvalidArgument, "authority: holds no certificate in PEM"};
  return store;
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

Result<SigningKey> SigningKey::OfPem(std::string_view key_pem) {
  auto key = ParseKey(key_pem);
  if (!key) return key.error();
  return SigningKey(std::shared_ptr<evp_pkey_st>(key->release(), FreeKey()));
}

Result<std::string> SigningKey::Sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  std::string signature(kMaxSignatureBytes, '\0');
  std::size_t size = signature.size();
  auto* const bytes = reinterpret_cast<unsigned char*>(signature.data());
  const bool done = context &&
                    EVP_DigestSignInit(context.get(), nullptr, HashFor(key_.get()), nullptr, key_.get()) == 1 &&
                    EVP_DigestSign(context.get(), bytes, &size, Unsigned(message), message.size()) == 1;
  if (!done) return OpenSslError(ErrorCode::kInternal, "sign");
  signature.resize(size);
  return signature;
}

Result<VerifyingKey> VerifyingKey::OfCertificate(std::string_view certificate_pem) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (!certificate) return certificate.error();
  EVP_PKEY* const key = X509_get_pubkey(certificate->get());
  if (key == nullptr) return OpenSslError(ErrorCode::kInvalidArgument, "read the certificate's key");
  return VerifyingKey(std::shared_ptr<evp_pkey_st>(key, FreeKey()));
}

bool VerifyingKey::Verifies(std::string_view message, std::string_view signature) const {
  const Context context(EVP_MD_CTX_new());
  const bool good =
      context && EVP_DigestVerifyInit(context.get(), nullptr, HashFor(key_.get()), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), Unsigned(signature), signature.size(), Unsigned(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<std::string> FingerprintOf(std::string_view certificate_pem) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (!certificate) return certificate.error();
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate->get(), &der);
  if (size <= 0) return OpenSslError(ErrorCode::kInvalidArgument, "write the certificate");
  std::string fingerprint = Sha256Hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return fingerprint;
}

Result<void> CheckIssued(std::string_view certificate_pem, std::string_view authorities_pem,
                         std::chrono::sys_seconds at) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (!certificate) return certificate.error();
  const auto store = StoreOf(authorities_pem);
  if (!store) return store.error();
  const TrustCheck check(X509_STORE_CTX_new());
  if (!check || X509_STORE_CTX_init(check.get(), store->get(), certificate->get(), nullptr) != 1) {
    return OpenSslError(ErrorCode::kInternal, "hold the certificate against the authority");
  }
  X509_STORE_CTX_set_time(check.get(), 0, static_cast<time_t>(at.time_since_epoch().count()));
  // A site's authority may itself be issued by one that it does not give.
  X509_STORE_CTX_set_flags(check.get(), X509_V_FLAG_PARTIAL_CHAIN);
  const bool good = X509_verify_cert(check.get()) == 1;
  const int why = X509_STORE_CTX_get_error(check.get());
  ERR_clear_error();
  if (good) return {};
  return Error{ErrorCode::kPermissionDenied, X509_verify_cert_error_string(why)};
}

Result<KeyAndCertificate> CreateEvidenceCertificate(const std::optional<KeyAndCertificate>& authority) {
  std::optional<Authority> issuer;
  if (authority) {
    auto parsed = ParseAuthority(*authority);
    if (!parsed) return parsed.error();
    issuer = *std::move(parsed);
  }
  const auto key = CreateKey();
  if (!key) return key.error();
  auto uri = UriName(std::string(kEvidenceUri));
  if (!uri) return uri.error();
  const CertificatePlan plan{.common_name = "Vigie evidence",
                             .valid_for = kEvidenceLife,
                             .basic_constraints = "critical,CA:FALSE",
                             .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "",
                             .alternative_names = std::move(*uri)};
  const auto certificate =
      BuildCertificate(plan, key->get(), issuer ? &*issuer : nullptr, issuer ? issuer->key.get() : key->get());
  if (!certificate) return certificate.error();
  auto key_pem = WriteKey(*key);
  if (!key_pem) return key_pem.error();
  auto certificate_pem = WriteCertificate(*certificate);
  if (!certificate_pem) return certificate_pem.error();
  return KeyAndCertificate{*std::move(key_pem), *std::move(certificate_pem)};
}

bool IsEvidenceCertificate(std::string_view certificate_pem) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (!certificate) return false;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate->get(), NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  if (!names || sk_GENERAL_NAME_num(names.get()) != 1) return false;
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
  if (name->type != GEN_URI) return false;
  const ASN1_STRING* text = name->d.uniformResourceIdentifier;
  return std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                          static_cast<std::size_t>(ASN1_STRING_length(text))) == kEvidenceUri;
}

}  // namespace vigie::credentials
