#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/sockets.bpf.h"

// The server that a TLS ClientHello names (RFC 8446 section 4.1.2, RFC 6066 section 3), if it stands in one packet:
// what one send writes is one packet here, since it is cut to the wire's size later.

#define RECORD_HANDSHAKE 0x16
#define CLIENT_HELLO 1
#define EXTENSION_SERVER_NAME 0
#define MOST_EXTENSIONS 48

struct hello {
  struct __sk_buff* skb;
  __u32 at;
};

static __always_inline __u32 read_number(struct hello* hello, __u32 bytes) {
  __u8 number[2] = {};
  if (bpf_skb_load_bytes(hello->skb, hello->at, number, bytes)) return 0;
  hello->at += bytes;
  return bytes == 1 ? number[0] : (__u32)number[0] << 8 | number[1];
}

static __always_inline _Bool is_client_hello(struct hello* hello) {
  __u8 begin[6];
  if (bpf_skb_load_bytes(hello->skb, hello->at, begin, sizeof begin)) return 0;
  return begin[0] == RECORD_HANDSHAKE && begin[1] == 3 && begin[5] == CLIENT_HELLO;
}

// To the bytes of the name; how many there are.
static __always_inline __u32 find_server_name(struct hello* hello) {
  hello->at += 5 + 4 + 2 + 32;         // headers of record and handshake, version, random
  hello->at += read_number(hello, 1);  // session
  hello->at += read_number(hello, 2);  // cipher suites
  hello->at += read_number(hello, 1);  // compression
  hello->at += 2;                      // bytes of extensions
  for (int i = 0; i < MOST_EXTENSIONS; ++i) {
    __u8 header[4];
    if (bpf_skb_load_bytes(hello->skb, hello->at, header, sizeof header)) return 0;
    hello->at += sizeof header;
    if (header[0] == 0 && header[1] == EXTENSION_SERVER_NAME) {
      hello->at += 3;  // bytes of the list, kind of name
      return read_number(hello, 2);
    }
    hello->at += (__u32)header[2] << 8 | header[3];
  }
  return 0;
}

// Whether one was there and told.
static __always_inline _Bool tell_server_name(struct __sk_buff* skb, struct socket_owner* owner, __u32 payload_at) {
  struct hello hello = {.skb = skb, .at = payload_at};
  if (!is_client_hello(&hello)) return 0;
  owner->named = 1;
  __u32 bytes = find_server_name(&hello);
  if (bytes == 0 || bytes >= VIGIE_NAME_BYTES) return 0;
  struct vigie_traffic* record = begin_traffic(owner);
  if (!record) return 0;
  asm volatile("" : "+r"(bytes));
  bytes = ((bytes - 1) & (VIGIE_NAME_BYTES - 1)) + 1;  // the verifier of Linux 6.1 learns nothing from a test for 0
  if (bpf_skb_load_bytes(skb, hello.at, record->name, bytes) == 0) record->name_bytes = bytes;
  bpf_ringbuf_submit(record, wake(1));
  return 1;
}
