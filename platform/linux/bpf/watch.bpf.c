// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The object that the agent loads into the kernel. Compiled by clang for BPF.
#include "platform/linux/bpf/connecting.bpf.h"
#include "platform/linux/bpf/processes.bpf.h"
#include "platform/linux/bpf/sending.bpf.h"
#include "platform/linux/bpf/walks.bpf.h"

// GPL helpers of the kernel may be called by this object only because of its second licence.
char LICENSE[] SEC("license") = "Dual BSD/GPL";
