#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vigie/v1/activity.pb.h"

namespace vigie::agent::sensor {

// How a program's command line tells where it sends data.
enum class DestinationForm {
  kUrl,          // any URL among the arguments
  kWeb,          // the same, also without its scheme
  kCopy,         // user@host:path
  kRclone,       // remote:path, or :backend,host=…:path
  kShell,        // the first name is the host
  kHostAndPort,  // host and port as two words
  kSocat,        // TCP:host:port
  kShare,        // //server/share
  kRepository,   // a URL, host:path or a folder
  kMail,         // the domain of the recipients
  kPrinter,      // -d name, -P name
  kNameServer,   // @server
  kLookup,       // name server, or - server
  kFirstName,    // the first word is the host
  kDesktop,      // /v:host:port
  kNone,         // it does not
};

struct ChannelProgram {
  v1::Channel channel = v1::CHANNEL_LOCAL;
  DestinationForm form = DestinationForm::kUrl;
};

// The ways out, as data: which program is which way. A program is known by the last name of its executable (of an
// interpreter, that of its script or module); one that was renamed is not known, and is then just somebody who carries.
// Immutable when in use, thread-safe.
class ChannelTable {
 public:
  static ChannelTable BuiltIn();

  // `program` is this way out from now on; CHANNEL_LOCAL: none.
  void Set(const std::string& program, v1::Channel channel);
  // These programs, and no others, are this way out.
  void Replace(v1::Channel channel, const std::vector<std::string>& programs);

  // What `program` does when it opens `path` with these arguments (its own name is the first). Nothing is
  // CHANNEL_LOCAL: `git status`, `openssl dgst`, and a mail program that opens its own mailboxes.
  ChannelProgram Find(std::string_view program, const std::vector<std::string_view>& arguments,
                      std::string_view path) const;

 private:
  std::map<std::string, ChannelProgram, std::less<>> programs_;
};

// What is done by a program that is this way out.
v1::ActivityKind KindOf(v1::Channel channel);

// Where programs that take a picture of the screen are installed; most of them are not.
std::vector<std::string> ScreenshotPrograms();
// Whether this file is one of them, wherever it lies.
bool TakesScreenshots(std::string_view path);

}  // namespace vigie::agent::sensor
