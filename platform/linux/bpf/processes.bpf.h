#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "platform/linux/bpf/carriers.bpf.h"

// The life of processes, and how being a carrier is passed on: to children, and along pipes.

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct vigie_executed);
} scratch SEC(".maps");

static __always_inline void tell_process(void* record, __u64 bytes, _Bool now) {
  count(VIGIE_PROCESS_PRODUCED);
  if (bpf_ringbuf_output(&ring, record, bytes, wake(now))) count(VIGIE_PROCESS_LOST);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct* parent, struct task_struct* child) {
  if (BPF_CORE_READ(parent, tgid) == BPF_CORE_READ(child, tgid)) return 0;  // a thread
  struct vigie_process maker = describe(parent);
  struct vigie_carrier* carrier = watching ? find_carrier(&maker) : 0;
  __u32 mode = carrier ? carrier->mode : 0;
  if (!carrier && !tell_processes) return 0;
  struct vigie_forked record = {.child = describe(child)};
  if (carrier) make_carrier(&record.child, mode, carrier->places);
  if (!tell_processes) return 0;
  fill_header(&record.header, VIGIE_FORKED, &maker, mode);
  tell_process(&record, sizeof record, carrier != 0);
  return 0;
}

static __always_inline void fill_identity(struct vigie_executed* record, struct task_struct* task) {
  struct task_struct* parent = BPF_CORE_READ(task, real_parent);
  record->parent = describe(parent);
  record->login_uid = 0xffffffff;
  record->session = 0xffffffff;
  if (bpf_core_field_exists(task->loginuid)) record->login_uid = BPF_CORE_READ(task, loginuid.val);
  if (bpf_core_field_exists(task->sessionid)) record->session = BPF_CORE_READ(task, sessionid);
  record->cgroup = bpf_get_current_cgroup_id();
}

static __always_inline void fill_arguments(struct vigie_executed* record, struct task_struct* task) {
  const char* begin = (const char*)BPF_CORE_READ(task, mm, arg_start);
  unsigned long bytes = BPF_CORE_READ(task, mm, arg_end) - (unsigned long)begin;
  if (bytes > VIGIE_ARGUMENT_BYTES) bytes = VIGIE_ARGUMENT_BYTES;
  record->argument_bytes = 0;
  if (bpf_probe_read_user(record->text, bytes, begin) == 0) record->argument_bytes = bytes;
}

struct path_walk {
  struct dentry* dentry;
  struct vfsmount* mount;
  struct vigie_executed* record;
  __u32 end;  // of the text so far
};

#define MOUNT_OF(vfsmount) ((struct mount*)((char*)(vfsmount)-bpf_core_field_offset(struct mount, mnt)))

// One step towards the root; what it leaves is the path from its end.
static long climb(__u32 step, void* context) {
  struct path_walk* walk = context;
  struct dentry* here = walk->dentry;
  struct vfsmount* visible = walk->mount;
  struct dentry* root = BPF_CORE_READ(visible, mnt_root);
  struct dentry* above = BPF_CORE_READ(here, d_parent);
  if (here == root) {
    struct mount* mount = MOUNT_OF(visible);
    struct mount* parent = BPF_CORE_READ(mount, mnt_parent);
    walk->record->path_is_whole = parent == mount;
    if (parent == mount) return 1;
    walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
    walk->mount = (struct vfsmount*)((char*)parent + bpf_core_field_offset(struct mount, mnt));
    return 0;
  }
  __u32 end = walk->end;
  if (here == above || end >= VIGIE_ARGUMENT_BYTES + VIGIE_PATH_BYTES) return 1;
  const unsigned char* name = BPF_CORE_READ(here, d_name.name);
  long bytes = bpf_probe_read_kernel_str(walk->record->text + end, VIGIE_NAME_BYTES, name);
  if (bytes <= 0) return 1;
  walk->end = end + bytes;
  walk->dentry = above;
  return 0;
}

// The path of the program as its mount namespace has it.
static __always_inline void fill_path(struct vigie_executed* record, struct task_struct* task,
                                      struct linux_binprm* program) {
  struct file* file = BPF_CORE_READ(task, mm, exe_file);
  struct path_walk walk = {
      .dentry = BPF_CORE_READ(file, f_path.dentry),
      .mount = BPF_CORE_READ(file, f_path.mnt),
      .record = record,
      .end = record->argument_bytes,
  };
  record->path_is_whole = 0;
  bpf_loop(VIGIE_PATH_PARTS, climb, &walk, 0);
  if (!record->path_is_whole) {
    __u32 end = record->argument_bytes;
    walk.end = end;
    if (end > VIGIE_ARGUMENT_BYTES) return;
    long bytes = bpf_probe_read_kernel_str(record->text + end, VIGIE_PATH_BYTES, BPF_CORE_READ(program, filename));
    if (bytes > 0) walk.end = end + bytes;
  }
  record->path_bytes = walk.end - record->argument_bytes;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct* task, pid_t old_pid, struct linux_binprm* program) {
  struct vigie_process process = describe(task);
  __u64 input = pipe_at(task, 0);
  __u64 output = pipe_at(task, 1);
  _Bool urgent = 0;
  if (watching) {
    follow_pipes(&process, input, output);
    urgent = find_carrier(&process) != 0;
  }
  __u32 first = 0;
  struct vigie_executed* record = bpf_map_lookup_elem(&scratch, &first);
  if (!tell_processes || !record) return 0;
  fill_header(&record->header, VIGIE_EXECUTED, &process, 0);
  record->input_pipe = input;
  record->output_pipe = output;
  fill_identity(record, task);
  fill_arguments(record, task);
  fill_path(record, task, program);
  __u64 bytes = __builtin_offsetof(struct vigie_executed, text) + record->argument_bytes + record->path_bytes;
  if (bytes > sizeof *record) return 0;
  tell_process(record, bytes, urgent);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct* task) {
  if (BPF_CORE_READ(task, signal, live.counter) != 0) return 0;  // others of its threads go on
  struct vigie_ended record = {};
  struct vigie_process process = describe(task);
  _Bool carrier = watching && bpf_map_delete_elem(&carriers, &process.pid) == 0;
  if (!tell_processes) return 0;
  fill_header(&record.header, VIGIE_ENDED, &process, 0);
  tell_process(&record, sizeof record, carrier);
  return 0;
}
