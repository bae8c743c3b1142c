#include "core/credentials/openssl_handles.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>

namespace vigie::credentials {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Memory ReadOnly(std::string_view text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without a callback OpenSSL asks the terminal for the passphrase of an encrypted key.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

template <typename Handle, typename Reader>
Result<Handle> Parse(std::string_view pem, std::string_view what, Reader read) {
  if (pem.size() > kMaxPemBytes) return Error{ErrorCode::kInvalidArgument, std::string(what) + ": larger than 64 KiB"};
  const Memory memory = ReadOnly(pem);
  if (!memory) return OpenSslError(ErrorCode::kInternal, "read PEM text");
  Handle object(read(memory.get(), nullptr, &NoPassphrase, nullptr));
  if (!object) {
    ERR_clear_error();
    return Error{ErrorCode::kInvalidArgument, std::string(what) + ": not in PEM or damaged"};
  }
  return object;
}

template <typename Writer>
Result<std::string> Write(Writer write) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || write(memory.get()) != 1) return OpenSslError(ErrorCode::kInternal, "write PEM text");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

Error OpenSslError(ErrorCode code, std::string_view step) {
  ERR_clear_error();
  return {code, "cannot " + std::string(step)};
}

Result<Key> ParseKey(std::string_view pem) {
  return Parse<Key>(pem, "private key", PEM_read_bio_PrivateKey);
}
Result<Certificate> ParseCertificate(std::string_view pem) {
  return Parse<Certificate>(pem, "certificate", PEM_read_bio_X509);
}
Result<Request> ParseRequest(std::string_view pem) {
  return Parse<Request>(pem, "certificate request", PEM_read_bio_X509_REQ);
}

Result<std::string> WriteKey(const Key& key) {
  return Write([&](BIO* memory) {
    return PEM_write_bio_PKCS8PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}
Result<std::string> WriteCertificate(const Certificate& certificate) {
  return Write([&](BIO* memory) { return PEM_write_bio_X509(memory, certificate.get()); });
}
Result<std::string> WriteRequest(const Request& request) {
  return Write([&](BIO* memory) { return PEM_write_bio_X509_REQ(memory, request.get()); });
}

}  // namespace vigie::credentials
