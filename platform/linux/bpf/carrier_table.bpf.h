#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/kernel_types.h"
#include "platform/linux/bpf/records.h"

// What both objects share: the ring buffer, the counts, and the table of carriers.

#define TICK_NS 10000000ULL      // USER_HZ is 100 on every architecture that we build for
#define REPEAT_NS 1000000000ULL  // how often the same attempt, and the traffic of one connection, is told

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, VIGIE_RING_BYTES);
} ring SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, VIGIE_COUNTS);
  __type(key, __u32);
  __type(value, __u64);
} counts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, VIGIE_CARRIERS);
  __type(key, __u32);
  __type(value, struct vigie_carrier);
} carriers SEC(".maps");

static __always_inline void count(__u32 which) {
  __u64* value = bpf_map_lookup_elem(&counts, &which);
  if (value) __sync_fetch_and_add(value, 1);
}

// Waking the reader costs more than the record: what is not urgent waits until there is more of it, or for its timer.
static __always_inline __u64 wake(_Bool now) {
  if (now || bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > VIGIE_RING_BYTES / 16) return BPF_RB_FORCE_WAKEUP;
  return BPF_RB_NO_WAKEUP;
}

static __always_inline struct vigie_process describe(struct task_struct* task) {
  struct vigie_process process = {
      .pid = BPF_CORE_READ(task, tgid),
      .uid = BPF_CORE_READ(task, real_cred, uid.val),
      .start = BPF_CORE_READ(task, group_leader, start_boottime) / TICK_NS,
  };
  return process;
}

static __always_inline void fill_header(struct vigie_header* header, __u32 kind, const struct vigie_process* process,
                                        __u32 mode) {
  header->kind = kind;
  header->mode = mode;
  header->at = bpf_ktime_get_ns();
  header->process = *process;
}

static __always_inline struct vigie_carrier* find_carrier(const struct vigie_process* process) {
  struct vigie_carrier* carrier = bpf_map_lookup_elem(&carriers, &process->pid);
  return carrier && carrier->start == process->start ? carrier : 0;
}
