#include "server/integrations/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace vigie::server::integrations {
namespace {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned kNapMilliseconds = 20;

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Chain = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// Which step failed, and OpenSSL's word for why: its own texts, nothing of the other side.
Error TlsError(const std::string& step) {
  const unsigned long code = ERR_peek_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {ErrorCode::kUnavailable, reason == nullptr ? step : step + ": " + reason};
}

Chain MemoryOf(const std::string& pem) {
  return Chain(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bool Trust(SSL_CTX* context, const std::string& ca_pem) {
  if (ca_pem.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
  const Chain pem = MemoryOf(ca_pem);
  int known = 0;
  while (const Certificate next{PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)}) {
    known += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), next.get());
  }
  ERR_clear_error();  // of the end of the text
  return known > 0;
}

bool Identify(SSL_CTX* context, const TlsPeer& peer) {
  if (peer.key_pem.empty()) return true;
  const Certificate certificate(PEM_read_bio_X509(MemoryOf(peer.certificate_pem).get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(MemoryOf(peer.key_pem).get(), nullptr, nullptr, nullptr));
  return certificate && key && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

Result<Context> ContextOf(const TlsPeer& peer) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return TlsError("TLS cannot be used");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (!Trust(context.get(), peer.ca_pem)) return TlsError("ca holds no certificate");
  if (!Identify(context.get(), peer)) return TlsError("the client certificate cannot be used");
  return context;
}

bool ExpectName(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return true;
  ERR_clear_error();
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace

struct TlsStream::Connection {
  Context context;
  Chain chain;  // SSL over a socket, not blocking
  SSL* ssl = nullptr;

  // Runs `step` again and again while it only waits for the other side; its last result.
  template <typename Step>
  Result<int> Await(const std::string& what, Deadline deadline, const std::stop_token& stop, Step step) {
    for (;;) {
      ERR_clear_error();
      const int result = step();
      if (result > 0 || !BIO_should_retry(chain.get())) return result;
      if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "the collector stops"};
      if (deadline.expired()) return Error{ErrorCode::kDeadlineExceeded, what + " took too long"};
      BIO_wait(chain.get(), std::time(nullptr) + 1, kNapMilliseconds);
    }
  }
};

TlsStream::TlsStream(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {
}
TlsStream::~TlsStream() = default;

Result<std::unique_ptr<TlsStream>> TlsStream::Connect(const TlsPeer& peer, Deadline deadline,
                                                      const std::stop_token& stop) {
  auto context = ContextOf(peer);
  if (!context) return context.error();
  auto connection = std::make_unique<Connection>();
  connection->context = *std::move(context);
  connection->chain.reset(BIO_new_ssl_connect(connection->context.get()));
  if (!connection->chain) return TlsError("TLS cannot be used");
  BIO* const chain = connection->chain.get();
  BIO_get_ssl(chain, &connection->ssl);
  BIO_set_conn_hostname(chain, peer.endpoint.c_str());
  BIO_set_nbio(chain, 1);
  if (!ExpectName(connection->ssl, peer.host)) return TlsError("its name cannot be checked");
  const auto connected =
      connection->Await("connecting", deadline, stop, [&] { return static_cast<int>(BIO_do_connect(chain)); });
  if (!connected) return connected.error();
  if (*connected <= 0) {
    const long verified = SSL_get_verify_result(connection->ssl);
    if (verified != X509_V_OK)
      return Error{ErrorCode::kUnavailable, std::string("its certificate: ") + X509_verify_cert_error_string(verified)};
    return TlsError("cannot connect");
  }
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(connection)));
}

Result<void> TlsStream::Write(std::string_view bytes, Deadline deadline, const std::stop_token& stop) {
  while (!bytes.empty()) {
    const auto written = connection_->Await("writing", deadline, stop, [&] {
      return BIO_write(connection_->chain.get(), bytes.data(), static_cast<int>(bytes.size()));
    });
    if (!written) return written.error();
    if (*written <= 0) return TlsError("the connection was lost");
    bytes.remove_prefix(static_cast<std::size_t>(*written));
  }
  return {};
}

Result<void> TlsStream::Finish(Deadline deadline, const std::stop_token& stop) {
  SSL* const ssl = connection_->ssl;
  if (SSL_shutdown(ssl) < 0) return TlsError("the connection was lost");
  char ignored[256];
  for (;;) {
    const auto read = connection_->Await("waiting for the end", deadline, stop,
                                         [&] { return BIO_read(connection_->chain.get(), ignored, sizeof ignored); });
    if (!read) return read.error();
    if (*read > 0) continue;
    if ((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0) return {};
    // The other side has closed without a word of TLS: an end, too, for the system resets what was not read.
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      ERR_clear_error();
      return {};
    }
    return TlsError("the connection was lost before all was read");
  }
}

}  // namespace vigie::server::integrations
