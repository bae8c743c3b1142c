#include "agent/lineage/new_files.h"

#include <algorithm>

#include "agent/lineage/without_content.h"

namespace vigie::agent::lineage {
namespace {

std::pair<std::uint64_t, std::uint64_t> KeyOf(const platform::FileIdentity& file) {
  return {file.device, file.inode};
}

// The clock of births goes by ticks, that of forks does not, and a fork is told a moment after it.
constexpr auto kInaccuracy = std::chrono::milliseconds(10);

}  // namespace

// Whoever is not trusted is remembered all the same: a link to the file would else pass for its making.
void NewFiles::NoteCreated(const platform::FileEvent& created, bool on_way_out) {
  constexpr auto kTick = std::chrono::milliseconds(10);
  auto table = table_.Lock();
  if (NoteLink(*table, created, on_way_out)) return;
  const base::SystemTime now = clock_.Now();
  const bool is_new = created.born_at + limits_.news > now && created.born_at <= now + kTick;
  MakeRoom(*table);
  if (!is_new) return;
  if (table->files.size() >= limits_.files) return (void)(table->files_known_since = now);
  File& file = table->files[KeyOf(created.file)];
  file.pid = created.process.pid;
  const bool trusted = created.process_handle && !on_way_out && created.born_at > table->files_known_since;
  file.author = trusted ? AuthorOf(*table, created) : nullptr;
  file.born_at = created.born_at;
  file.made_at = created.steady_at;
  file.making.from = created.born_at;
  table->oldest_first.emplace_back(created.steady_at, KeyOf(created.file));
}

// A link that somebody else makes to a file makes it one that more than one had. Another birth is another file, which
// got the number of one that is gone.
bool NewFiles::NoteLink(Table& table, const platform::FileEvent& created, bool on_way_out) {
  const auto known = table.files.find(KeyOf(created.file));
  if (known == table.files.end()) return false;
  File& file = known->second;
  if (file.born_at != created.born_at) return table.files.erase(known), false;
  if (on_way_out || file.pid != created.process.pid) file.author = nullptr;
  file.latest_path = created.path;
  return true;
}

void NewFiles::NoteGap() {
  auto table = table_.Lock();
  table->files_known_since = clock_.Now();
  for (auto& [key, file] : table->files) file.author = nullptr;
}

void NewFiles::NoteWritten(const platform::FileEvent& closed) {
  auto table = table_.Lock();
  const auto known = table->files.find(KeyOf(closed.file));
  if (known == table->files.end()) return;
  File& file = known->second;
  if (file.pid != closed.process.pid) file.author = nullptr;
  if (!file.reopened) file.making.to = closed.at;
}

void NewFiles::NoteRenamed(const platform::FileEvent& renamed, bool on_way_out) {
  auto table = table_.Lock();
  const auto known = table->files.find(KeyOf(renamed.file));
  if (known == table->files.end()) return;
  known->second.latest_path = renamed.path;
  if (on_way_out) known->second.author = nullptr;
}

void NewFiles::NoteForked(const platform::ProcessForked& fork) {
  if (fork.at == base::SystemTime()) return;  // of a source that never catches up: nobody is let through
  auto table = table_.Lock();
  if (const auto known = table->authors.find(fork.parent.pid); known != table->authors.end()) {
    if (const auto author = known->second.lock()) AddFork(*author, fork.at);
  }
  if (const auto known = table->authors.find(fork.child.pid); known != table->authors.end()) {
    if (const auto author = known->second.lock()) NoteParent(*author, fork);
  }
  table->forks.push_back(fork);
  while (table->forks.front().at + 2 * limits_.news < fork.at) table->forks.pop_front();
  if (table->forks.size() <= limits_.births) return;
  table->forks_known_since = std::max(table->forks_known_since, table->forks.front().at);
  table->forks.pop_front();
}

// Not of another process that gets its number later.
void NewFiles::NoteParent(Author& author, const platform::ProcessForked& fork) {
  if (fork.at > author.began + kInaccuracy) return;
  author.self = fork.child;
  author.parent = fork.parent;
}

// It may be told after what the process has made since. Who runs a second program is none any more that a parent knows.
void NewFiles::NoteProgram(Author& author, std::string_view program) {
  author.program = ++author.executions == 1 ? program : std::string_view();
}

void NewFiles::NoteExecuted(std::int32_t pid, std::string_view program) {
  const base::SystemTime now = clock_.Now();
  auto table = table_.Lock();
  if (const auto known = table->authors.find(pid); known != table->authors.end()) {
    if (const auto author = known->second.lock()) NoteProgram(*author, program);
  }
  table->executions.push_back({pid, std::string(program), now});
  while (table->executions.front().at + 2 * limits_.news < now) table->executions.pop_front();
  if (table->executions.size() > limits_.births) table->executions.pop_front();
}

void NewFiles::AddFork(Author& author, base::SystemTime at) {
  constexpr std::size_t kMaxForks = 64;
  if (std::ranges::find(author.forks, at) != author.forks.end()) return;  // told ahead, and once more in its turn
  author.forks.push_back(at);
  if (author.forks.size() <= kMaxForks) return;
  author.forks_known_since = author.forks.front();
  author.forks.pop_front();
}

void NewFiles::NoteForksLost() {
  auto table = table_.Lock();
  table->forks_known_since = clock_.Now();
  for (auto& [pid, kept] : table->authors) {
    if (const auto author = kept.lock()) author->forks_known_since = table->forks_known_since;
  }
}

bool NewFiles::LetThrough(const platform::FileEvent& opening) {
  bool is_known_to_read = false;
  {
    auto table = table_.Lock();
    const auto found = table->files.find(KeyOf(opening.file));
    if (found == table->files.end() || !found->second.author) return false;
    is_known_to_read = found->second.reading != nullptr;
  }
  const bool knows_forks = caught_up_();
  if (IsOthers(opening) || !knows_forks) return false;
  const bool reads = is_known_to_read || mode_of_(opening.process.pid) != platform::OpenMode::kWrite;
  auto table = table_.Lock();
  const auto found = table->files.find(KeyOf(opening.file));
  if (found == table->files.end() || !IsBy(found->second, opening)) return false;
  File& file = found->second;
  if (!file.reopened) file.reopened = Stretch{.from = opening.at};
  if (reads && !file.reading) {
    file.reading = std::make_unique<platform::FileEvent>(WithoutContent(opening));
    file.reading->process_handle = file.author->handle;  // one descriptor for a process, not for each of its files
  }
  return true;
}

// From then on it is a file that more than one had, unless it is the author's parent that opens it to read: he is asked
// about once more, when it is known what he runs.
bool NewFiles::IsOthers(const platform::FileEvent& opening) {
  const std::int32_t pid = opening.process.pid;
  const bool parent_reads = ChildThatMade(opening.file, pid) && mode_of_(pid) == platform::OpenMode::kRead;
  auto table = table_.Lock();
  const auto found = table->files.find(KeyOf(opening.file));
  if (found == table->files.end() || found->second.pid == pid) return false;
  if (!parent_reads || !IsParent(found->second, pid)) found->second.author = nullptr;
  return true;
}

std::optional<platform::ProcessId> NewFiles::ChildThatMade(const platform::FileIdentity& file,
                                                           std::int32_t opener) const {
  auto table = table_.Lock();
  const auto found = table->files.find(KeyOf(file));
  if (found == table->files.end() || !IsParent(found->second, opener)) return std::nullopt;
  return found->second.author->self;
}

// The author may have ended by now. A parent that writes makes it a file that more than one had.
bool NewFiles::LetParentThrough(const ParentOpening& opening) {
  const bool knows_forks = caught_up_();
  auto table = table_.Lock();
  const auto found = table->files.find(KeyOf(opening.event.file));
  if (found == table->files.end() || !IsParent(found->second, opening.process.pid)) return false;
  File& file = found->second;
  const Author& author = *file.author;
  const bool same_program = !author.program.empty() && author.program == opening.program;
  const bool lets = knows_forks && same_program && !opening.author_carries && author.parent == opening.process &&
                    opening.mode == platform::OpenMode::kRead && IsTrusted(file, opening.event.steady_at);
  if (!lets) return file.author = nullptr, false;
  if (file.parents_reading) return true;
  file.parents_reading = std::make_unique<platform::FileEvent>(WithoutContent(opening.event));
  file.parents_reading->process = opening.process;
  file.parents_reading->process_handle = nullptr;  // a descriptor for each file; the identity is enough
  return true;
}

bool NewFiles::IsParent(const File& file, std::int32_t pid) {
  return file.author && file.author->parent.pid == pid && file.author->parent.start_time != 0;
}

// That the handle is alive says that the pid, which is the opener's, has not gone to another.
bool NewFiles::IsBy(const File& file, const platform::FileEvent& opening) const {
  return file.author && file.pid == opening.process.pid && IsTrusted(file, opening.steady_at) &&
         file.author->handle->Alive();
}

bool NewFiles::IsTrusted(const File& file, base::SteadyTime opened_at) const {
  if (opened_at > file.made_at + limits_.trust) return false;
  return !ForkedIn(*file.author, file.making) && !(file.reopened && ForkedIn(*file.author, *file.reopened));
}

bool NewFiles::ForkedIn(const Author& author, const Stretch& stretch) {
  const base::SystemTime from = stretch.from - kInaccuracy;
  const bool ended = stretch.to != base::SystemTime::max();
  const base::SystemTime to = ended ? stretch.to + kInaccuracy : stretch.to;
  if (author.forks_known_since >= from) return true;
  return std::ranges::any_of(author.forks, [&](base::SystemTime at) { return from <= at && at <= to; });
}

std::vector<platform::FileEvent> NewFiles::Settle(const platform::FileIdentity& file) {
  std::vector<platform::FileEvent> readings;
  auto table = table_.Lock();
  const auto found = table->files.find(KeyOf(file));
  if (found == table->files.end()) return readings;
  found->second.author = nullptr;
  for (auto* reading : {&found->second.reading, &found->second.parents_reading}) {
    if (*reading) readings.push_back(std::move(**reading));
    reading->reset();
  }
  return readings;
}

std::string NewFiles::LatestPath(const platform::FileIdentity& file) const {
  auto table = table_.Lock();
  const auto found = table->files.find(KeyOf(file));
  return found == table->files.end() ? std::string() : found->second.latest_path;
}

std::shared_ptr<NewFiles::Author> NewFiles::AuthorOf(Table& table, const platform::FileEvent& created) const {
  auto& kept = table.authors[created.process.pid];
  if (auto author = kept.lock(); author && author->handle->Alive()) return author;
  auto author = std::make_shared<Author>();
  author->handle = created.process_handle;
  author->began = created.born_at;
  author->forks_known_since = table.forks_known_since;
  for (const platform::ProcessForked& fork : table.forks) {
    if (fork.parent.pid == created.process.pid) AddFork(*author, fork.at);
    if (fork.child.pid == created.process.pid) NoteParent(*author, fork);
  }
  for (const Execution& execution : table.executions) {
    if (execution.pid == created.process.pid) NoteProgram(*author, execution.program);
  }
  kept = author;
  std::erase_if(table.authors, [](const auto& entry) { return entry.second.expired(); });
  if (table.authors.size() <= limits_.authors) return author;
  table.authors.erase(created.process.pid);
  return nullptr;
}

// A settled file is kept as long as a link could pass for its making.
void NewFiles::MakeRoom(Table& table) const {
  const auto now = clock_.SteadyNow();
  while (!table.oldest_first.empty()) {
    const auto& [made_at, key] = table.oldest_first.front();
    const auto found = table.files.find(key);
    const bool is_this = found != table.files.end() && found->second.made_at == made_at;
    const bool was_read = is_this && (found->second.reading || found->second.parents_reading);
    const auto use = was_read ? limits_.patience : limits_.trust;
    const bool in_use = is_this && now < made_at + use;
    if (in_use) return;
    if (is_this) table.files.erase(found);
    table.oldest_first.pop_front();
  }
}

}  // namespace vigie::agent::lineage
