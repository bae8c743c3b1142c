#include "agent/sensor/channel_table.h"

#include <algorithm>
#include <array>

namespace vigie::agent::sensor {
namespace {

using Arguments = std::vector<std::string_view>;
using enum DestinationForm;

struct Row {
  std::string_view program;
  v1::Channel channel;
  DestinationForm form = kNone;
};

constexpr v1::Channel kNetwork = v1::CHANNEL_NETWORK_TRANSFER;
constexpr v1::Channel kVersions = v1::CHANNEL_VERSION_CONTROL;
constexpr v1::Channel kMailing = v1::CHANNEL_EMAIL;
constexpr v1::Channel kCloud = v1::CHANNEL_CLOUD_SYNC;
constexpr v1::Channel kPacking = v1::CHANNEL_ARCHIVE;
constexpr v1::Channel kPrinting = v1::CHANNEL_PRINT;
constexpr v1::Channel kRadio = v1::CHANNEL_BLUETOOTH;
constexpr v1::Channel kDesktops = v1::CHANNEL_REMOTE_DESKTOP;

constexpr Row kRows[] = {
    {"curl", kNetwork, kWeb},
    {"wget", kNetwork, kWeb},
    {"wget2", kNetwork, kWeb},
    {"http", kNetwork, kWeb},
    {"https", kNetwork, kWeb},
    {"aria2c", kNetwork, kWeb},
    {"scp", kNetwork, kCopy},
    {"rsync", kNetwork, kCopy},
    {"ssh", kNetwork, kShell},
    {"sftp", kNetwork, kShell},
    {"mosh", kNetwork, kShell},
    {"sftp-server", kNetwork, kNone},  // sshd's far side of sftp
    {"sshd", kNetwork, kNone},         // the same inside it
    {"nc", kNetwork, kHostAndPort},
    {"nc.openbsd", kNetwork, kHostAndPort},
    {"nc.traditional", kNetwork, kHostAndPort},
    {"netcat", kNetwork, kHostAndPort},
    {"ncat", kNetwork, kHostAndPort},
    {"telnet", kNetwork, kHostAndPort},
    {"ftp", kNetwork, kHostAndPort},
    {"tnftp", kNetwork, kHostAndPort},
    {"ncftp", kNetwork, kHostAndPort},
    {"ncftpput", kNetwork, kFirstName},
    {"lftp", kNetwork, kHostAndPort},
    {"tftp", kNetwork, kHostAndPort},
    {"socat", kNetwork, kSocat},
    {"smbclient", kNetwork, kShare},
    {"rclone", kCloud, kRclone},
    {"aws", kNetwork, kUrl},
    {"gsutil", kNetwork, kUrl},
    {"gcloud", kNetwork, kUrl},
    {"azcopy", kNetwork, kUrl},
    {"s3cmd", kNetwork, kUrl},
    {"s5cmd", kNetwork, kUrl},
    {"croc", kNetwork, kNone},
    {"wormhole", kNetwork, kNone},
    {"http.server", kNetwork, kNone},  // python3 -m
    {"pyftpdlib", kNetwork, kNone},
    {"cadaver", kNetwork, kUrl},
    // Nobody has to open a file to resolve a name: tunnels.
    {"dig", kNetwork, kNameServer},
    {"nslookup", kNetwork, kLookup},
    {"host", kNetwork, kLookup},
    {"ping", kNetwork, kFirstName},
    {"hping3", kNetwork, kFirstName},

    {"git", kVersions, kRepository},
    {"hg", kVersions, kRepository},
    {"svn", kVersions, kRepository},
    {"bzr", kVersions, kRepository},
    {"fossil", kVersions, kRepository},

    {"thunderbird", kMailing, kMail},
    {"thunderbird-bin", kMailing, kMail},
    {"evolution", kMailing, kMail},
    {"geary", kMailing, kMail},
    {"kmail", kMailing, kMail},
    {"claws-mail", kMailing, kMail},
    {"sylpheed", kMailing, kMail},
    {"mutt", kMailing, kMail},
    {"neomutt", kMailing, kMail},
    {"alpine", kMailing, kMail},
    {"mail", kMailing, kMail},
    {"mailx", kMailing, kMail},
    {"s-nail", kMailing, kMail},
    {"bsd-mailx", kMailing, kMail},
    {"msmtp", kMailing, kMail},
    {"sendmail", kMailing, kMail},
    {"swaks", kMailing, kMail},
    {"sendemail", kMailing, kMail},

    {"nextcloud", kCloud},
    {"nextcloudcmd", kCloud, kUrl},
    {"owncloud", kCloud},
    {"owncloudcmd", kCloud, kUrl},
    {"dropbox", kCloud},
    {"insync", kCloud},
    {"onedrive", kCloud},
    {"megasync", kCloud},
    {"mega-put", kCloud},
    {"pcloud", kCloud},
    {"seaf-daemon", kCloud},
    {"syncthing", kCloud},
    {"gdrive", kCloud},

    {"zip", kPacking},
    {"tar", kPacking},
    {"bsdtar", kPacking},
    {"7z", kPacking},
    {"7za", kPacking},
    {"7zr", kPacking},
    {"7zz", kPacking},
    {"gzip", kPacking},
    {"pigz", kPacking},
    {"bzip2", kPacking},
    {"pbzip2", kPacking},
    {"lbzip2", kPacking},
    {"xz", kPacking},
    {"pixz", kPacking},
    {"zstd", kPacking},
    {"pzstd", kPacking},
    {"lz4", kPacking},
    {"lzip", kPacking},
    {"brotli", kPacking},
    {"rar", kPacking},
    {"ar", kPacking},
    {"cpio", kPacking},
    {"zpaq", kPacking},
    {"mksquashfs", kPacking},
    {"genisoimage", kPacking},
    {"xorriso", kPacking},
    {"borg", kPacking},
    {"restic", kPacking},
    {"gpg", kPacking},
    {"gpg2", kPacking},
    {"openssl", kPacking},
    {"age", kPacking},
    {"ccrypt", kPacking},
    {"steghide", kPacking},

    {"lp", kPrinting, kPrinter},
    {"lpr", kPrinting, kPrinter},
    {"lpr-cups", kPrinting, kPrinter},

    {"obexftp", kRadio},
    {"obexput", kRadio},
    {"obexd", kRadio},  // opens the files for bluetooth-sendto and the desktops
    {"bluetooth-sendto", kRadio},
    {"ussp-push", kRadio},

    {"xfreerdp", kDesktops, kDesktop},
    {"wlfreerdp", kDesktops, kDesktop},
    {"rdesktop", kDesktops, kFirstName},
    {"vinagre", kDesktops},
    {"remmina", kDesktops},
    {"vncviewer", kDesktops, kFirstName},
};

// Commands of a program that only look at files, or else those that alone put them somewhere.
struct Commands {
  std::string_view program;
  bool listed_are_harmless;
  std::array<std::string_view, 12> names;
};
constexpr Commands kCommands[] = {
    {"git", true, {"status", "diff", "log", "show", "grep", "blame", "ls-files", "checkout", "restore", "switch"}},
    {"hg", true, {"status", "st", "diff", "log", "cat", "grep", "annotate", "update", "revert"}},
    {"svn", true, {"status", "st", "stat", "diff", "di", "log", "cat", "blame", "info", "revert", "update", "up"}},
    {"bzr", true, {"status", "st", "diff", "log", "cat"}},
    {"openssl", false, {"enc", "cms", "smime", "pkeyutl", "rsautl", "base64", "s_client", "aes-256-cbc", "des3"}},
    {"rclone", false, {"copy", "copyto", "sync", "move", "moveto", "rcat", "bisync", "serve"}},
};

// Mailboxes hold customers by nature: only what a mail program takes from elsewhere leaves with a mail.
constexpr std::string_view kMailFolders[] = {"/.thunderbird/",
                                             "/.icedove/",
                                             "/.mozilla-thunderbird/",
                                             "/.local/share/evolution/",
                                             "/.local/share/geary/",
                                             "/.claws-mail/",
                                             "/Maildir/",
                                             "/.local/share/local-mail/",
                                             "/.cache/",
                                             "/var/mail/",
                                             "/var/spool/mail/"};

constexpr std::string_view kScreenshotPrograms[] = {
    "scrot",     "import", "import-im6.q16", "maim",    "gnome-screenshot",    "spectacle",
    "flameshot", "grim",   "ksnip",          "shutter", "xfce4-screenshooter", "xwd"};

DestinationForm UsualForm(v1::Channel channel) {
  if (channel == v1::CHANNEL_EMAIL) return kMail;
  if (channel == v1::CHANNEL_ARCHIVE) return kNone;
  if (channel == v1::CHANNEL_PRINT) return kPrinter;
  return kUrl;
}

// "git -C folder push" → push. A word that looks like an option's value makes it an unknown command, which counts.
std::string_view CommandOf(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-C" || arguments[i] == "-c" || arguments[i] == "-R" || arguments[i] == "--config") {
      ++i;
    } else if (!arguments[i].starts_with('-')) {
      return arguments[i];
    }
  }
  return {};
}

bool OnlyLooks(std::string_view program, const Arguments& arguments) {
  const auto* found = std::ranges::find(kCommands, program, &Commands::program);
  if (found == std::end(kCommands)) return false;
  const std::string_view command = CommandOf(arguments);
  if (command.empty()) return false;  // a command line that could not be read counts
  const bool listed = std::ranges::find(found->names, command) != found->names.end();
  return listed == found->listed_are_harmless;
}

bool IsMailbox(std::string_view path) {
  return std::ranges::any_of(kMailFolders, [&](std::string_view folder) { return path.find(folder) != path.npos; });
}

// scp and rsync copy within a machine as well. Their far side ("--server", scp's -f) is started by sshd.
bool IsRemote(std::string_view argument) {
  if (argument == "--server" || argument == "-f" || argument == "-t") return true;
  const auto colon = argument.find(':');
  return colon != argument.npos && colon > 0 && argument.find('/') > colon;
}

// rclone speaks to servers as well as to clouds: ":sftp,host=files.example.com:in".
v1::Channel RcloneChannel(const Arguments& arguments) {
  constexpr std::array<std::string_view, 6> kServers = {":sftp", ":ftp", ":http", ":webdav", ":smb", ":hdfs"};
  const bool server = std::ranges::any_of(arguments, [&](std::string_view argument) {
    return std::ranges::any_of(kServers, [&](std::string_view backend) { return argument.starts_with(backend); });
  });
  return server ? kNetwork : kCloud;
}

}  // namespace

ChannelTable ChannelTable::BuiltIn() {
  ChannelTable table;
  for (const Row& row : kRows) table.programs_.emplace(row.program, ChannelProgram{row.channel, row.form});
  return table;
}

void ChannelTable::Set(const std::string& program, v1::Channel channel) {
  const auto [entry, fresh] = programs_.try_emplace(program, ChannelProgram{channel, UsualForm(channel)});
  if (!fresh) entry->second.channel = channel;
}

void ChannelTable::Replace(v1::Channel channel, const std::vector<std::string>& programs) {
  const auto before = programs_;
  std::erase_if(programs_, [&](const auto& entry) { return entry.second.channel == channel; });
  for (const std::string& program : programs) {
    const auto known = before.find(program);
    programs_[program] = {channel, known == before.end() ? UsualForm(channel) : known->second.form};
  }
}

ChannelProgram ChannelTable::Find(std::string_view program, const Arguments& arguments, std::string_view path) const {
  const auto found = programs_.find(program);
  if (found == programs_.end() || OnlyLooks(program, arguments)) return {v1::CHANNEL_LOCAL, kNone};
  ChannelProgram known = found->second;
  if (known.channel == v1::CHANNEL_EMAIL && IsMailbox(path)) return {v1::CHANNEL_LOCAL, kNone};
  const bool copies_here = known.form == kCopy && arguments.size() > 1 && std::ranges::none_of(arguments, IsRemote);
  if (copies_here) return {v1::CHANNEL_LOCAL, kNone};
  if (known.form == kRclone && known.channel == v1::CHANNEL_CLOUD_SYNC) known.channel = RcloneChannel(arguments);
  return known;
}

v1::ActivityKind KindOf(v1::Channel channel) {
  switch (channel) {
    case v1::CHANNEL_LOCAL:
      return v1::ACTIVITY_KIND_OPEN;
    case v1::CHANNEL_ARCHIVE:
      return v1::ACTIVITY_KIND_ARCHIVE;
    case v1::CHANNEL_PRINT:
      return v1::ACTIVITY_KIND_PRINT;
    default:
      return v1::ACTIVITY_KIND_UPLOAD;
  }
}

std::vector<std::string> ScreenshotPrograms() {
  std::vector<std::string> paths;
  for (const char* folder : {"/usr/bin/", "/usr/local/bin/"}) {
    for (const std::string_view name : kScreenshotPrograms) paths.push_back(folder + std::string(name));
  }
  return paths;
}

bool TakesScreenshots(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 = 0: the whole of it
  return path.find("/bin/") != path.npos &&
         std::ranges::find(kScreenshotPrograms, name) != std::end(kScreenshotPrograms);
}

}  // namespace vigie::agent::sensor
