#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/sockets.bpf.h"

// What a process asks of a socket, refused before anything is sent.

SEC("cgroup/sock_create")
int on_socket(struct bpf_sock* socket) {
  struct vigie_process process;
  __u32 mode = watching ? current_carrier(&process) : 0;
  if (mode) set_owner(bpf_sk_storage_get(&owners, socket, 0, BPF_SK_STORAGE_GET_F_CREATE), &process, mode);
  return 1;
}

// 0 makes the call fail with EPERM.
static __always_inline int check_destination(struct bpf_sock_addr* call, const struct remote* to) {
  struct vigie_process process;
  __u32 mode = current_carrier(&process);
  if (!mode) return 1;
  struct attempt attempt = {.mode = mode, .allowed = is_allowed(to)};
  attempt.denied = mode == VIGIE_DENY && !attempt.allowed;
  struct socket_owner* owner = 0;
  if (call->sk) owner = bpf_sk_storage_get(&owners, call->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  set_owner(owner, &process, mode);
  if (owner && !attempt.denied) {
    owner->connection = attempt.connection = bpf_get_socket_cookie(call);
    owner->told = 1;
  }
  tell_attempt(&process, to, &attempt);
  return !attempt.denied;
}

static __always_inline int check_ipv4(struct bpf_sock_addr* call) {
  if (!watching) return 1;
  struct remote to = {.port = call->user_port, .protocol = call->protocol};
  set_ipv4(&to, call->user_ip4);
  return check_destination(call, &to);
}

static __always_inline int check_ipv6(struct bpf_sock_addr* call) {
  if (!watching) return 1;
  struct remote to = {.port = call->user_port, .protocol = call->protocol};
  to.address[0] = call->user_ip6[0];
  to.address[1] = call->user_ip6[1];
  to.address[2] = call->user_ip6[2];
  to.address[3] = call->user_ip6[3];
  return check_destination(call, &to);
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr* call) {
  return check_ipv4(call);
}

SEC("cgroup/connect6")
int on_connect6(struct bpf_sock_addr* call) {
  return check_ipv6(call);
}

SEC("cgroup/sendmsg4")
int on_sendmsg4(struct bpf_sock_addr* call) {
  return check_ipv4(call);
}

SEC("cgroup/sendmsg6")
int on_sendmsg6(struct bpf_sock_addr* call) {
  return check_ipv6(call);
}
