#pragma once

#include <cstddef>
#include <memory>

#include "platform/file_events.h"

namespace vigie::platform {

// File events by fanotify(7). Needs CAP_SYS_ADMIN to start and CAP_DAC_READ_SEARCH to open new files by their handle;
// Linux 5.17 for everything, older kernels degrade as degradations() says.
//
// Two bodies of it, one for file systems that others answer for (divided_file_events.h); each has
// three notification groups, two reader threads and the deadline thread:
//   asking      CLASS_CONTENT, OPEN_PERM: marks on single inodes (Mark, new files), on folders (WatchFolder: events of
//   their
//               files) and on the file systems of media.
//               Its reader never blocks and opens nothing, since an open of its own could wait for itself.
//   writes      CLASS_NOTIF, CLOSE_WRITE on watched file systems and media; the event's descriptor is the content.
//   names       CLASS_NOTIF with file handles, CREATE and RENAME on watched file systems. Opens new files by their
//   handle,
//               on the second thread: if such an open asks, the first thread answers it.
//
// What it costs: nothing for an unmarked file. A mark keeps its inode in memory until Unmark: 1.2 KiB of kernel memory
// each, measured on Linux 6.18 with ext4, nine tenths of it the inode itself. It ends with the inode and with this
// process. Ignore marks are not used: they pay only where everything asks, and one that survives changes would hide a
// changed file.
//
// When this process dies, however it dies, the kernel lets everyone through that waits (fail-open, no hang).
// Not seen: changes made through mmap after the file was closed, by other clients of a network file system, or
// in file systems mounted below the watched one. A new file is known some microseconds after its creation: an
// open that is faster does not ask, but its close after writing is seen.
// Start raises the soft limit of open files to the hard one (at most 65,536): a read permission event without a
// free descriptor would be denied by the kernel.
// So many events that nobody has taken yet may hold their file and their process open: an eighth of that limit.
std::size_t EventsHeldOpen();
std::unique_ptr<FileEvents> MakeFileEvents(const FileEventOptions& options);

}  // namespace vigie::platform
