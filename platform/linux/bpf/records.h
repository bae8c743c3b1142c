#pragma once
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include <linux/types.h>

// What our programs in the kernel and the agent say to each other: records in the ring buffer, entries of maps. Read by
// a C compiler for BPF and by C++. Every record begins with its header; times are CLOCK_MONOTONIC, addresses and ports
// are in network order, start times are clock ticks since boot.

enum vigie_limit {
  VIGIE_RING_BYTES = 2 << 20,
  VIGIE_CARRIERS = 16384,
  VIGIE_PIPES = 4096,
  VIGIE_DESTINATIONS = 4096,
  VIGIE_ARGUMENT_BYTES = 4096,
  VIGIE_PATH_BYTES = 3584,
  VIGIE_PATH_PARTS = 40,
  VIGIE_NAME_BYTES = 256,  // of one part of a path or of a server, with its zero
  VIGIE_PLACES = 32,       // where writing may be refused; a set of them is a number with a bit for each
  VIGIE_NAMES = 6,         // of a path on such a place, from its end
};

enum vigie_record_kind {
  VIGIE_FORKED = 1,
  VIGIE_EXECUTED = 2,
  VIGIE_ENDED = 3,
  VIGIE_PIPE_READER = 4,
  VIGIE_ATTEMPT = 5,
  VIGIE_TRAFFIC = 6,
  VIGIE_REFUSED_WRITE = 7,
};

enum vigie_operation {
  VIGIE_OPEN = 1,
  VIGIE_WRITE = 2,
  VIGIE_CREATE = 3,
  VIGIE_RENAME = 4,
  VIGIE_LINK = 5,
  VIGIE_MAP = 6,
  VIGIE_ATTRIBUTE = 7,
};

enum vigie_carrier_mode {
  VIGIE_REPORT = 1,
  VIGIE_DENY = 2,
};

// Indices of the counts, each of which every processor has its own of.
enum vigie_count {
  VIGIE_PROCESS_PRODUCED,
  VIGIE_PROCESS_LOST,
  VIGIE_NETWORK_PRODUCED,
  VIGIE_NETWORK_COALESCED,
  VIGIE_NETWORK_LOST,
  VIGIE_CARRIERS_REFUSED,  // who should have become one, and the table was full
  VIGIE_PIPES_REFUSED,
  VIGIE_SOCKETS_REFUSED,
  VIGIE_WRITES_PRODUCED,
  VIGIE_WRITES_COALESCED,
  VIGIE_WRITES_LOST,
  VIGIE_COUNTS,
};

struct vigie_process {
  __u32 pid;
  __u32 uid;
  __u64 start;
};

struct vigie_header {
  __u32 kind;
  __u32 mode;  // of a carrier; else 0
  __u64 at;
  struct vigie_process process;
};

struct vigie_forked {
  struct vigie_header header;
  struct vigie_process child;
};

struct vigie_executed {
  struct vigie_header header;
  struct vigie_process parent;
  __u32 login_uid;
  __u32 session;
  __u64 cgroup;
  __u64 input_pipe;
  __u64 output_pipe;
  __u32 argument_bytes;
  __u32 path_bytes;
  __u32 path_is_whole;  // else what is there is the name as it was given to execve
  __u32 padding;
  // The arguments, each with its zero; then the parts of the path from the last to the first, each with its zero.
  char text[VIGIE_ARGUMENT_BYTES + VIGIE_PATH_BYTES + VIGIE_NAME_BYTES];
};

struct vigie_ended {
  struct vigie_header header;
};

struct vigie_pipe_reader {
  struct vigie_header header;
  __u64 pipe;
};

struct vigie_attempt {
  struct vigie_header header;
  __u64 connection;
  __u8 address[16];
  __u16 port;
  __u8 protocol;  // IANA's number
  __u8 allowed;
  __u8 denied;
  __u8 padding[3];
};

struct vigie_traffic {
  struct vigie_header header;
  __u64 connection;
  __u64 bytes;
  __u32 closed;
  __u32 name_bytes;
  char name[VIGIE_NAME_BYTES];
};

struct vigie_refused_write {
  struct vigie_header header;
  __u64 inode;   // 0 = there is none yet
  __u32 device;  // of the file system, or the block device itself: major << 20 | minor
  __u32 operation;
  __u32 names_are_all;  // else there are more above them
  __u32 padding;
  char names[VIGIE_NAMES][VIGIE_NAME_BYTES];  // the file's, its folder's and so on; an empty one ends them
};

// By pid. An entry of an earlier process with this pid has another start time and counts for nothing.
struct vigie_carrier {
  __u64 start;
  __u32 mode;    // of its connections; 0 = they are not watched
  __u32 places;  // where it may not write
};

// By inode. Pipes that no process has any more are swept out: their generation is an old one.
struct vigie_pipe {
  __u32 mode;
  __u32 generation;
  __u32 places;
  __u32 padding;
};

// Of the trie. The first bits are the port, which is 0 for a range that allows every port.
struct vigie_destination {
  __u32 prefix_bits;  // 16 + those of the address
  __u16 port;
  __u8 address[16];
  __u8 padding[2];
};

// What the walk over tasks or files is to do.
struct vigie_walk {
  __u32 pid;   // whose sockets
  __u32 mode;  // what they become; 0 = they are let go
  __u64 start;
};
