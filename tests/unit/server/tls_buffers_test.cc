#include "server/tls_buffers.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <memory>

namespace vigie::server {
namespace {

TEST(TlsBuffers, OfEachNewConnectionAreGivenBackWhenTheyAreEmpty) {
  if (OpenSSL_version_num() >= 0x30200000UL) GTEST_SKIP() << "this OpenSSL calls before it can be told";
  ReleaseIdleTlsBuffers();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  ASSERT_TRUE(context);
  const std::unique_ptr<SSL, decltype(&SSL_free)> connection(SSL_new(context.get()), &SSL_free);
  ASSERT_TRUE(connection);
  EXPECT_NE(SSL_get_mode(connection.get()) & SSL_MODE_RELEASE_BUFFERS, 0);
}

}  // namespace
}  // namespace vigie::server
