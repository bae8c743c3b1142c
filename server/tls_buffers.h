#pragma once

namespace vigie::server {

// Each TLS connection that this process opens or accepts from now on gives back its 16 KiB record buffers whenever they
// are empty (SSL_MODE_RELEASE_BUFFERS): most workstations say a word in ten seconds, and ten thousand of them would
// hold 330 MB. gRPC 1.51 has no option for it; OpenSSL calls who has an index of extra data for each connection that is
// made (CRYPTO_get_ex_new_index(3)). Call it before the first connection; any number of times. Does nothing with
// OpenSSL 3.2 and later, whatever it was built with: there the call comes before the connection can be told anything.
void ReleaseIdleTlsBuffers();

}  // namespace vigie::server
