#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/carriers.bpf.h"

// Whose a socket is, where it may send, and what was told of it.

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMPV6 58

// Of a carrier's socket only. What a listening socket has, the connections that it accepts have from their beginning.
struct socket_owner {
  struct vigie_process process;
  __u64 connection;
  __u64 bytes;
  __u64 told_bytes;
  __u64 told_at;
  __u32 next_sequence;  // TCP: what is sent again does not count again
  __u32 mode;
  __u8 has_sequence;
  __u8 told;   // the attempt
  __u8 named;  // the server's name was seen, or there is none to come
  __u8 padding[5];
};

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct socket_owner);
} owners SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, VIGIE_DESTINATIONS);
  __type(key, struct vigie_destination);
  __type(value, __u32);
} destinations SEC(".maps");

struct told_attempt {
  struct vigie_process process;
  __u8 address[16];
  __u16 port;
  __u8 protocol;
  __u8 denied;
  __u32 padding;
};

// When it was told last. Forgetting one tells it again.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, struct told_attempt);
  __type(value, __u64);
} told_attempts SEC(".maps");

// Where to. An IPv4 address stands as ::ffff:a.b.c.d.
struct remote {
  __u32 address[4];
  __u16 port;
  __u8 protocol;
};

static __always_inline void set_ipv4(struct remote* to, __u32 address) {
  to->address[0] = 0;
  to->address[1] = 0;
  to->address[2] = bpf_htonl(0xffff);
  to->address[3] = address;
}

static __always_inline _Bool is_allowed(const struct remote* to) {
  struct vigie_destination destination = {.prefix_bits = 16 + 128, .port = to->port};
  __builtin_memcpy(destination.address, to->address, sizeof destination.address);
  if (bpf_map_lookup_elem(&destinations, &destination)) return 1;
  destination.port = 0;
  return bpf_map_lookup_elem(&destinations, &destination) != 0;
}

// Of two datagrams to the same place one is enough to tell, and of two refusals.
static __always_inline _Bool was_told(const struct vigie_process* process, const struct remote* to, _Bool denied) {
  if (to->protocol == PROTOCOL_TCP && !denied) return 0;
  struct told_attempt attempt = {.process = *process, .port = to->port, .protocol = to->protocol, .denied = denied};
  __builtin_memcpy(attempt.address, to->address, sizeof attempt.address);
  __u64 now = bpf_ktime_get_ns();
  __u64* told_at = bpf_map_lookup_elem(&told_attempts, &attempt);
  if (told_at && now - *told_at < REPEAT_NS) return 1;
  bpf_map_update_elem(&told_attempts, &attempt, &now, BPF_ANY);
  return 0;
}

struct attempt {
  __u64 connection;
  __u32 mode;
  _Bool allowed;
  _Bool denied;
};

static __always_inline void tell_attempt(const struct vigie_process* process, const struct remote* to,
                                         const struct attempt* attempt) {
  if (!tell_network) return;
  count(VIGIE_NETWORK_PRODUCED);
  if (was_told(process, to, attempt->denied)) {
    count(VIGIE_NETWORK_COALESCED);
    return;
  }
  struct vigie_attempt* record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
  if (!record) {
    count(VIGIE_NETWORK_LOST);
    return;
  }
  fill_header(&record->header, VIGIE_ATTEMPT, process, attempt->mode);
  record->connection = attempt->connection;
  __builtin_memcpy(record->address, to->address, sizeof record->address);
  record->port = to->port;
  record->protocol = to->protocol;
  record->allowed = attempt->allowed;
  record->denied = attempt->denied;
  bpf_ringbuf_submit(record, wake(1));
}

// Room for what is to be told of the connection; null if it is not to be told.
static __always_inline struct vigie_traffic* begin_traffic(struct socket_owner* owner) {
  if (!tell_network) return 0;
  count(VIGIE_NETWORK_PRODUCED);
  struct vigie_traffic* record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
  if (!record) {
    count(VIGIE_NETWORK_LOST);
    return 0;
  }
  owner->told_bytes = owner->bytes;
  owner->told_at = bpf_ktime_get_ns();
  fill_header(&record->header, VIGIE_TRAFFIC, &owner->process, owner->mode);
  record->connection = owner->connection;
  record->bytes = owner->bytes;
  record->closed = 0;
  record->name_bytes = 0;
  return record;
}

static __always_inline void tell_traffic(struct socket_owner* owner, _Bool closed) {
  struct vigie_traffic* record = begin_traffic(owner);
  if (!record) return;
  record->closed = closed;
  bpf_ringbuf_submit(record, wake(closed));
}

static __always_inline void set_owner(struct socket_owner* owner, const struct vigie_process* process, __u32 mode) {
  if (!owner) {
    count(VIGIE_SOCKETS_REFUSED);
    return;
  }
  owner->process = *process;
  if (owner->mode < mode) owner->mode = mode;  // several processes may have it: the strictest counts
}
