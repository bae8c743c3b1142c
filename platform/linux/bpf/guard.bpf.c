// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The second object that the agent loads into the kernel, where that has BPF LSM. Compiled by clang for BPF.
#include "platform/linux/bpf/refusals.bpf.h"

// Hooks of the Linux security modules (include/linux/lsm_hook_defs.h). They run before fanotify asks anybody.

#define FMODE_WRITTEN 2
#define MAY_WRITE 2
#define MAY_APPEND 8
#define PROT_WRITE 2
#define MAP_TYPE 15
#define MAP_SHARED 1
#define MAP_SHARED_VALIDATE 3
#define VM_SHARED 8
#define TYPE_BITS 0170000
#define BLOCK_DEVICE 0060000

// Who writes to a disk itself writes to the file system on it.
static __always_inline __u32 device_of(struct file* file) {
  struct inode* inode = file->f_inode;
  if ((inode->i_mode & TYPE_BITS) == BLOCK_DEVICE) return inode->i_rdev;
  return inode->i_sb->s_dev;
}

SEC("lsm/file_open")
int BPF_PROG(on_file_open, struct file* file) {
  if (prover && prover == (__u32)bpf_get_current_pid_tgid()) proved = 1;
  if (!guarding || !(file->f_mode & FMODE_WRITTEN)) return 0;
  return refuse(device_of(file), file->f_path.dentry, VIGIE_OPEN);
}

// Each write, however it is made: write, splice, sendfile, copy_file_range, fallocate, io_uring. So a descriptor that
// the process had before it carried anything is no way out.
SEC("lsm/file_permission")
int BPF_PROG(on_file_permission, struct file* file, int mask) {
  if (!guarding || !(mask & (MAY_WRITE | MAY_APPEND))) return 0;
  return refuse(device_of(file), file->f_path.dentry, VIGIE_WRITE);
}

SEC("lsm/mmap_file")
int BPF_PROG(on_mmap, struct file* file, unsigned long asked, unsigned long protection, unsigned long flags) {
  __u32 type = flags & MAP_TYPE;
  if (!guarding || !file || !(protection & PROT_WRITE)) return 0;
  if (type != MAP_SHARED && type != MAP_SHARED_VALIDATE) return 0;
  return refuse(device_of(file), file->f_path.dentry, VIGIE_MAP);
}

// A mapping that could be read so far.
SEC("lsm/file_mprotect")
int BPF_PROG(on_mprotect, struct vm_area_struct* area, unsigned long asked, unsigned long protection) {
  if (!guarding || !(protection & PROT_WRITE) || !(area->vm_flags & VM_SHARED)) return 0;
  struct file* file = area->vm_file;
  if (!file) return 0;
  return refuse(device_of(file), file->f_path.dentry, VIGIE_MAP);
}

SEC("lsm/inode_create")
int BPF_PROG(on_create, struct inode* folder, struct dentry* entry) {
  return guarding ? refuse(folder->i_sb->s_dev, entry, VIGIE_CREATE) : 0;
}

SEC("lsm/inode_mkdir")
int BPF_PROG(on_mkdir, struct inode* folder, struct dentry* entry) {
  return guarding ? refuse(folder->i_sb->s_dev, entry, VIGIE_CREATE) : 0;
}

SEC("lsm/inode_mknod")
int BPF_PROG(on_mknod, struct inode* folder, struct dentry* entry) {
  return guarding ? refuse(folder->i_sb->s_dev, entry, VIGIE_CREATE) : 0;
}

// Where it leads is a text of up to 4095 bytes.
SEC("lsm/inode_symlink")
int BPF_PROG(on_symlink, struct inode* folder, struct dentry* entry) {
  return guarding ? refuse(folder->i_sb->s_dev, entry, VIGIE_CREATE) : 0;
}

SEC("lsm/inode_link")
int BPF_PROG(on_link, struct dentry* known, struct inode* folder, struct dentry* entry) {
  return guarding ? refuse(folder->i_sb->s_dev, entry, VIGIE_LINK) : 0;
}

SEC("lsm/inode_rename")
int BPF_PROG(on_rename, struct inode* from, struct dentry* known, struct inode* folder, struct dentry* entry) {
  return guarding ? refuse(folder->i_sb->s_dev, entry, VIGIE_RENAME) : 0;
}

SEC("lsm/inode_setxattr")
int BPF_PROG(on_setxattr, void* mapping, struct dentry* entry) {
  return guarding ? refuse(entry->d_sb->s_dev, entry, VIGIE_ATTRIBUTE) : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
