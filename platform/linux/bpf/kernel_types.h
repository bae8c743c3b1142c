#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

// libbpf's headers need the kernel's types before them.
// clang-format off
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
// clang-format on

// The members of kernel structures that our programs read, and no others. Their places are filled in when the object is
// loaded (CO-RE, https://docs.kernel.org/bpf/libbpf/libbpf_overview.html), so that one object fits all kernels.
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef int pid_t;
typedef struct {
  unsigned int val;
} kuid_t;
typedef struct {
  int counter;
} atomic_t;

struct super_block {
  unsigned int s_dev;
  unsigned long s_magic;
};

struct inode {
  unsigned short i_mode;
  unsigned int i_rdev;
  unsigned long i_ino;
  struct super_block* i_sb;
};

struct qstr {
  __u64 hash_len;
  const unsigned char* name;
};

struct dentry {
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
  struct super_block* d_sb;
};

struct vfsmount {
  struct dentry* mnt_root;
};

struct mount {
  struct mount* mnt_parent;
  struct dentry* mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};

struct file {
  unsigned int f_mode;
  struct path f_path;
  struct inode* f_inode;
};

struct vm_area_struct {
  unsigned long vm_flags;
  struct file* vm_file;
};

struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};

struct files_struct {
  struct fdtable* fdt;
};

struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
  struct file* exe_file;
};

struct linux_binprm {
  const char* filename;
};

struct cred {
  kuid_t uid;
};

struct signal_struct {
  atomic_t live;
};

struct task_struct {
  pid_t pid;
  pid_t tgid;
  __u64 start_boottime;
  struct task_struct* group_leader;
  struct task_struct* real_parent;
  struct files_struct* files;
  struct signal_struct* signal;
  struct mm_struct* mm;
  const struct cred* real_cred;
  kuid_t loginuid;
  unsigned int sessionid;
};

struct sock;
struct socket {
  struct file* file;
  struct sock* sk;
};

struct sock_common {
  unsigned short skc_family;
};

struct sock {
  struct sock_common __sk_common;
  struct socket* sk_socket;
};

struct bpf_iter_meta {
  struct seq_file* seq;
};

struct bpf_iter__task {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
};

struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
};

#pragma clang attribute pop
