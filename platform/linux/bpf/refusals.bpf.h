#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/carrier_table.bpf.h"

// Who may not write where, and what was told of it.

#define REFUSED (-1)  // EPERM

// Which places are on a device.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, VIGIE_PLACES);
  __type(key, __u32);
  __type(value, __u32);
} places SEC(".maps");

struct told_write {
  struct vigie_process process;
  __u64 name;  // its hash, in which its folder is: an entry that came to nothing makes room for another at its address
  __u32 device;
  __u32 operation;
};

// When it was told last. Forgetting one tells it again.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, struct told_write);
  __type(value, __u64);
} told_writes SEC(".maps");

volatile __u32 guarding = 0;     // there are places
volatile __u32 tell_writes = 0;  // somebody listens
volatile __u32 prover = 0;       // the thread that opens a file to see whether the kernel runs these programs
volatile __u32 proved = 0;       // it does

static __always_inline _Bool was_told(const struct told_write* write) {
  __u64 now = bpf_ktime_get_ns();
  __u64* told_at = bpf_map_lookup_elem(&told_writes, write);
  if (told_at && now - *told_at < REPEAT_NS) return 1;
  bpf_map_update_elem(&told_writes, write, &now, BPF_ANY);
  return 0;
}

// From the file up to the root of its file system.
static __always_inline void fill_names(struct vigie_refused_write* record, struct dentry* entry) {
  record->names_are_all = 0;
#pragma unroll
  for (int i = 0; i < VIGIE_NAMES; ++i) {
    record->names[i][0] = 0;
    struct dentry* above = BPF_CORE_READ(entry, d_parent);
    if (above == entry) continue;
    bpf_probe_read_kernel_str(record->names[i], VIGIE_NAME_BYTES, BPF_CORE_READ(entry, d_name.name));
    entry = above;
  }
  record->names_are_all = BPF_CORE_READ(entry, d_parent) == entry;
}

static __always_inline void tell_refusal(const struct told_write* write, __u32 mode, struct dentry* entry) {
  if (!tell_writes) return;
  count(VIGIE_WRITES_PRODUCED);
  if (was_told(write)) {
    count(VIGIE_WRITES_COALESCED);
    return;
  }
  struct vigie_refused_write* record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
  if (!record) {
    count(VIGIE_WRITES_LOST);
    return;
  }
  fill_header(&record->header, VIGIE_REFUSED_WRITE, &write->process, mode);
  record->inode = BPF_CORE_READ(entry, d_inode, i_ino);
  record->device = write->device;
  record->operation = write->operation;
  record->padding = 0;
  fill_names(record, entry);
  bpf_ringbuf_submit(record, wake(1));
}

// What the hook answers if the running process wants to write on this device.
static __always_inline int refuse(__u32 device, struct dentry* entry, __u32 operation) {
  __u32* here = bpf_map_lookup_elem(&places, &device);
  if (!here) return 0;
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  struct told_write write = {.process = describe(task),
                             .name = BPF_CORE_READ(entry, d_name.hash_len),
                             .device = device,
                             .operation = operation};
  struct vigie_carrier* carrier = find_carrier(&write.process);
  if (!carrier || !(carrier->places & *here)) return 0;
  tell_refusal(&write, carrier->mode, entry);
  return REFUSED;
}
