#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/carrier_table.bpf.h"

// Who is a carrier, and who becomes one. A program that runs for everybody first asks `watching`: as long as there is
// no carrier it does nothing else.

#define PIPEFS_MAGIC 0x50495045

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, VIGIE_PIPES);
  __type(key, __u64);
  __type(value, struct vigie_pipe);
} pipes SEC(".maps");

volatile __u32 watching = 0;        // there may be a carrier, or a watched pipe
volatile __u32 tell_processes = 0;  // somebody listens to the life of processes
volatile __u32 tell_network = 0;    // somebody listens to what carriers do
volatile __u32 generation = 0;      // of the walk that looks which pipes are there still

// The mode of the running process; 0 if it is no carrier. Of others it costs one look-up.
static __always_inline __u32 current_carrier(struct vigie_process* process) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  __u32 pid = BPF_CORE_READ(task, tgid);
  if (!bpf_map_lookup_elem(&carriers, &pid)) return 0;
  *process = describe(task);
  struct vigie_carrier* carrier = find_carrier(process);
  return carrier ? carrier->mode : 0;
}

// Whether it was none before, or a milder one.
static __always_inline _Bool make_carrier(const struct vigie_process* process, __u32 mode, __u32 places) {
  struct vigie_carrier* known = find_carrier(process);
  struct vigie_carrier carrier = {.start = process->start, .mode = mode, .places = places};
  if (known) {
    if (known->mode >= mode && (known->places | places) == known->places) return 0;
    if (known->mode > mode) carrier.mode = known->mode;
    carrier.places |= known->places;
  }
  if (bpf_map_update_elem(&carriers, &process->pid, &carrier, BPF_ANY) == 0) return 1;
  count(VIGIE_CARRIERS_REFUSED);
  return 0;
}

static __always_inline void watch_pipe(__u64 inode, __u32 mode, __u32 places) {
  struct vigie_pipe* known = bpf_map_lookup_elem(&pipes, &inode);
  struct vigie_pipe pipe = {.mode = mode, .generation = generation, .places = places};
  if (known) {
    if (known->mode >= mode && (known->places | places) == known->places) return;
    if (known->mode > mode) pipe.mode = known->mode;
    pipe.places |= known->places;
  }
  if (bpf_map_update_elem(&pipes, &inode, &pipe, BPF_ANY)) count(VIGIE_PIPES_REFUSED);
}

static __always_inline __u64 pipe_of(struct file* file) {
  struct inode* inode = BPF_CORE_READ(file, f_inode);
  return BPF_CORE_READ(inode, i_sb, s_magic) == PIPEFS_MAGIC ? BPF_CORE_READ(inode, i_ino) : 0;
}

// The inode of the pipe that the task has at descriptor 0 or 1; 0 if there is none.
static __always_inline __u64 pipe_at(struct task_struct* task, __u32 descriptor) {
  struct file** files = BPF_CORE_READ(task, files, fdt, fd);
  struct file* file = 0;
  if (!files || bpf_probe_read_kernel(&file, sizeof file, files + descriptor) || !file) return 0;
  return pipe_of(file);
}

static __always_inline void tell_pipe_reader(const struct vigie_process* process, __u64 pipe, __u32 mode) {
  if (!tell_network) return;
  count(VIGIE_NETWORK_PRODUCED);
  struct vigie_pipe_reader* record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
  if (!record) {
    count(VIGIE_NETWORK_LOST);
    return;
  }
  fill_header(&record->header, VIGIE_PIPE_READER, process, mode);
  record->pipe = pipe;
  bpf_ringbuf_submit(record, wake(1));
}

// Whoever reads from a watched pipe is a carrier, and what a carrier writes to is watched: so a whole pipeline is, with
// nobody to wait for. Says whether the process became one just now.
static __always_inline _Bool follow_pipes(const struct vigie_process* process, __u64 input, __u64 output) {
  struct vigie_pipe* source = input ? bpf_map_lookup_elem(&pipes, &input) : 0;
  _Bool became = source && make_carrier(process, source->mode, source->places);
  if (became) tell_pipe_reader(process, input, source->mode);
  struct vigie_carrier* carrier = find_carrier(process);
  if (carrier && output) watch_pipe(output, carrier->mode, carrier->places);
  return became;
}
