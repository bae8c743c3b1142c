#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/sockets.bpf.h"

// Walks over what exists already, each begun by the agent by reading an iterator.

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct vigie_walk);
} walks SEC(".maps");

// Who has a watched pipe as its standard input already. One byte is read for each that became a carrier.
SEC("iter/task")
int find_readers(struct bpf_iter__task* context) {
  struct task_struct* task = context->task;
  if (!task || !BPF_CORE_READ(task, mm)) return 0;
  // Threads share their files, unless the first one has ended.
  if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid) && BPF_CORE_READ(task, group_leader, files)) return 0;
  __u64 input = pipe_at(task, 0);
  if (!input || !bpf_map_lookup_elem(&pipes, &input)) return 0;
  struct vigie_process process = describe(task);
  char found = 1;
  if (follow_pipes(&process, input, pipe_at(task, 1))) bpf_seq_write(context->meta->seq, &found, sizeof found);
  return 0;
}

// The sockets that a process has already become a carrier's, or no carrier's.
SEC("iter/task_file")
int mark_sockets(struct bpf_iter__task_file* context) {
  struct task_struct* task = context->task;
  struct file* file = context->file;
  __u32 first = 0;
  struct vigie_walk* walk = bpf_map_lookup_elem(&walks, &first);
  if (!task || !file || !walk || (__u32)BPF_CORE_READ(task, tgid) != walk->pid) return 0;
  struct socket* socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  struct sock* kernel_socket = socket->sk;
  if (!kernel_socket) return 0;
  __u16 family = BPF_CORE_READ(kernel_socket, __sk_common.skc_family);
  if (family != FAMILY_IPV4 && family != FAMILY_IPV6) return 0;
  if (walk->mode == 0) {
    bpf_sk_storage_delete(&owners, kernel_socket);
    return 0;
  }
  struct vigie_process process = describe(task);
  set_owner(bpf_sk_storage_get(&owners, kernel_socket, 0, BPF_SK_STORAGE_GET_F_CREATE), &process, walk->mode);
  return 0;
}

// Which of the watched pipes somebody has still.
SEC("iter/task_file")
int find_pipes(struct bpf_iter__task_file* context) {
  struct file* file = context->file;
  __u64 inode = file ? pipe_of(file) : 0;
  struct vigie_pipe* pipe = inode ? bpf_map_lookup_elem(&pipes, &inode) : 0;
  if (pipe) pipe->generation = generation;
  return 0;
}
