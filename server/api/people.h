#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "server/store.h"

// Who is who: a person is a name, whether he comes with a password or an API token. A token of a user's name is the
// user's own: it has his role, opens nothing while he is disabled, and ends with a reset of his password.
namespace vigie::server::api {

struct Person {
  std::string name;
  std::string role;
};

// Nothing if the collector does not let him in (any more).
base::Result<std::optional<Person>> PersonOfToken(Store& store, const std::string& token_hash);
// Of a session that began with a token, or with a password and so with a user's stamp.
base::Result<std::optional<Person>> PersonOfSession(Store& store, const std::string& hash_or_stamp);

// Since when the collector has known each of them without a break, by NameKey.
base::Result<std::map<std::string, base::SystemTime>> KnownSince(Store& store);

// Who may do everything now, by NameKey: enabled users, unless they have nothing but a password for once (which may
// end unused, and would leave nobody), and tokens that are no user's.
base::Result<std::set<std::string>> Admins(Store& store);
// kFailedPrecondition if nobody but `name` is an admin. Inside the write lane, else two could remove each other.
base::Result<void> CheckOtherAdmin(Store& store, const std::string& name);
// The same if nobody is an admin any more once `saved`, who may be new, is as this says, and his token gone if that is
// said.
base::Result<void> CheckAdminsWith(Store& store, const User& saved, bool without_token = false);

// kInvalidArgument for what cannot be the name of a user or token, or is one of the audit's own.
base::Result<void> CheckName(const std::string& name);
base::Result<void> CheckRole(const std::string& role);
// kInvalidArgument for a token of a user's name with another role than his.
base::Result<void> CheckOwner(Store& store, const Person& token);

}  // namespace vigie::server::api
