#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/client_hello.bpf.h"
#include "platform/linux/bpf/sockets.bpf.h"

// What leaves: the bytes of each connection of a carrier, and the last barrier for sockets that existed before their
// process became one, that came from other processes, or that have no connect at all (ICMP, raw).

#define TCP_CLOSE 7
#define FILES_SEARCHED 1024
#define HELLO_WITHIN 65536  // bytes: a ClientHello comes early, also behind STARTTLS or a proxy's CONNECT

struct file_search {
  struct file** files;
  struct file* wanted;
  __u32 count;
  __u32 found;
};

static long is_wanted(__u32 index, void* context) {
  struct file_search* search = context;
  struct file** files = search->files;
  struct file* file = 0;
  if (index >= search->count) return 1;
  if (bpf_probe_read_kernel(&file, sizeof file, files + index)) return 1;
  search->found = file == search->wanted;
  return search->found;
}

// Whether the running process has this socket open. What runs now need not be what sends: a packet may leave while
// an interrupt is served.
static __always_inline _Bool holds(struct task_struct* task, struct sock* socket) {
  struct file_search search = {
      .files = BPF_CORE_READ(task, files, fdt, fd),
      .wanted = BPF_CORE_READ(socket, sk_socket, file),
      .count = BPF_CORE_READ(task, files, fdt, max_fds),
  };
  if (!search.files || !search.wanted) return 0;
  bpf_loop(FILES_SEARCHED, is_wanted, &search, 0);
  return search.found;
}

// A socket that nobody knew as a carrier's, and is one.
static __always_inline struct socket_owner* adopt(struct bpf_sock* socket) {
  struct vigie_process process;
  __u32 mode = current_carrier(&process);
  if (!mode) return 0;
  // The verifier lets nobody read a struct sock from here; its address, once copied, is a number as any other.
  struct sock* address = 0;
  bpf_probe_read_kernel(&address, sizeof address, &socket);
  if (!holds((struct task_struct*)bpf_get_current_task(), address)) return 0;
  struct socket_owner* owner = bpf_sk_storage_get(&owners, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
  set_owner(owner, &process, mode);
  return owner;
}

struct packet {
  struct remote to;
  __u32 payload_at;
  __u32 payload_bytes;
  __u32 sequence;  // TCP
};

struct transport_header {
  __u16 source;
  __u16 destination;
  __u32 sequence;
};

static __always_inline _Bool read_ipv4(struct __sk_buff* skb, struct packet* packet) {
  __u8 header[20];
  if (bpf_skb_load_bytes(skb, 0, header, sizeof header)) return 0;
  packet->to.protocol = header[9];
  packet->payload_at = (header[0] & 0xf) * 4;
  __u32 address;
  __builtin_memcpy(&address, header + 16, sizeof address);
  set_ipv4(&packet->to, address);
  return 1;
}

static __always_inline _Bool is_extension(__u8 protocol) {
  return protocol == 0 || protocol == 43 || protocol == 60;
}

static __always_inline _Bool read_ipv6(struct __sk_buff* skb, struct packet* packet) {
  __u8 header[40];
  if (bpf_skb_load_bytes(skb, 0, header, sizeof header)) return 0;
  packet->to.protocol = header[6];
  packet->payload_at = sizeof header;
  __builtin_memcpy(packet->to.address, header + 24, sizeof packet->to.address);
  for (int i = 0; i < 4 && is_extension(packet->to.protocol); ++i) {
    __u8 extension[2];
    if (bpf_skb_load_bytes(skb, packet->payload_at, extension, sizeof extension)) return 0;
    packet->to.protocol = extension[0];
    packet->payload_at += (extension[1] + 1) * 8;
  }
  return 1;
}

static __always_inline _Bool read_transport(struct __sk_buff* skb, struct packet* packet) {
  __u32 at = packet->payload_at;
  __u8 protocol = packet->to.protocol;
  if (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP) {
    struct transport_header header;
    if (bpf_skb_load_bytes(skb, at, &header, sizeof header)) return 0;
    packet->to.port = header.destination;
    packet->sequence = bpf_ntohl(header.sequence);
  }
  if (protocol == PROTOCOL_TCP) {
    __u8 words;
    if (bpf_skb_load_bytes(skb, at + 12, &words, sizeof words)) return 0;
    packet->payload_at += (words >> 4) * 4;
  } else if (protocol == PROTOCOL_UDP || protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6) {
    packet->payload_at += 8;
  }
  packet->payload_bytes = skb->len > packet->payload_at ? skb->len - packet->payload_at : 0;
  return 1;
}

static __always_inline _Bool read_packet(struct __sk_buff* skb, struct packet* packet) {
  __u8 version;
  if (bpf_skb_load_bytes(skb, 0, &version, sizeof version)) return 0;
  _Bool known = version >> 4 == 4 ? read_ipv4(skb, packet) : read_ipv6(skb, packet);
  return known && read_transport(skb, packet);
}

// How many of the packet's bytes were not sent before.
static __always_inline __u32 new_bytes(struct socket_owner* owner, const struct packet* packet) {
  if (packet->to.protocol != PROTOCOL_TCP || packet->payload_bytes == 0) return packet->payload_bytes;
  __u32 end = packet->sequence + packet->payload_bytes;
  __u32 fresh = owner->has_sequence ? end - owner->next_sequence : packet->payload_bytes;
  if ((__s32)fresh <= 0) return 0;
  owner->has_sequence = 1;
  owner->next_sequence = end;
  return fresh < packet->payload_bytes ? fresh : packet->payload_bytes;
}

static __always_inline void account(struct __sk_buff* skb, struct socket_owner* owner, const struct packet* packet) {
  __u32 bytes = new_bytes(owner, packet);
  if (!bytes) return;
  __sync_fetch_and_add(&owner->bytes, bytes);
  if (packet->to.protocol == PROTOCOL_TCP && !owner->named) {
    if (tell_server_name(skb, owner, packet->payload_at)) return;
    owner->named = owner->bytes > HELLO_WITHIN;
  }
  if (bpf_ktime_get_ns() - owner->told_at > REPEAT_NS) tell_traffic(owner, 0);
}

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff* skb) {
  struct bpf_sock* socket = watching ? skb->sk : 0;
  if (!socket) return 1;
  socket = bpf_sk_fullsock(socket);
  if (!socket) return 1;
  struct socket_owner* owner = bpf_sk_storage_get(&owners, socket, 0, 0);
  if (!owner) owner = adopt(socket);
  if (!owner) return 1;
  struct packet packet = {};
  _Bool known = read_packet(skb, &packet);
  // The end of a connection may pass, so that both ends learn of it; with TCP it is no way to send anything.
  if (known && packet.to.protocol == PROTOCOL_TCP && packet.payload_bytes == 0) return 1;
  struct attempt attempt = {.mode = owner->mode, .allowed = known && is_allowed(&packet.to)};
  attempt.denied = owner->mode == VIGIE_DENY && !attempt.allowed;
  _Bool no_connect = packet.to.protocol != PROTOCOL_TCP && packet.to.protocol != PROTOCOL_UDP;
  if (!owner->connection) owner->connection = bpf_get_socket_cookie(skb);
  if (!owner->told || no_connect || attempt.denied) {
    owner->told = 1;
    attempt.connection = owner->connection;
    tell_attempt(&owner->process, &packet.to, &attempt);
  }
  if (attempt.denied) return 0;
  account(skb, owner, &packet);
  return 1;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock* socket, int old_state, int new_state) {
  if (!watching || new_state != TCP_CLOSE) return 0;
  struct socket_owner* owner = bpf_sk_storage_get(&owners, socket, 0, 0);
  if (owner && owner->told) tell_traffic(owner, 1);
  return 0;
}

SEC("cgroup/sock_release")
int on_release(struct bpf_sock* socket) {
  if (!watching || socket->protocol == PROTOCOL_TCP) return 1;  // which goes on sending what was written
  struct socket_owner* owner = bpf_sk_storage_get(&owners, socket, 0, 0);
  if (owner && owner->told) tell_traffic(owner, 1);
  return 1;
}
