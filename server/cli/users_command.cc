#include <functional>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "platform/terminal.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using base::Result;

struct UserOptions {
  std::string name;
  std::string role;
  bool with_password = false;
};

// Typed twice, where a person types it unseen.
Result<std::string> ReadNewPassword() {
  auto password = platform::ReadSecret("New password: ");
  if (!password) return password.error().Wrap("password");
  const auto again = platform::ReadSecret("The same again: ");
  if (!again) return again.error().Wrap("password");
  if (*again == *password) return password;
  return base::Error{base::ErrorCode::kInvalidArgument, "password: the two differ"};
}

// Alone, for who hands it on.
void TellPassword(Context& context, const std::string& name, const std::string& password) {
  if (context.json()) {
    context.out << JsonLine({{"name", name}, {"one_time_password", password}}) << "\n";
  } else {
    context.out << password << "\n";
  }
}

int AddUser(Context& context, const UserOptions& options) {
  v1::CreateUserRequest request;
  request.set_name(options.name);
  request.set_role(options.role);
  if (options.with_password) {
    const auto password = ReadNewPassword();
    if (!password) return ReportError(context, password.error());
    request.set_password(*password);
  }
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto made = (*collector)->CreateUser(request);
  if (!made) return ReportError(context, made.error());
  if (!options.with_password) TellPassword(context, options.name, made->password());
  return kFine;
}

std::string StateOf(const v1::UserStatus& user) {
  if (user.disabled()) return "disabled";
  return user.one_time_password() ? "one-time password" : "enabled";
}

nlohmann::ordered_json JsonOf(const v1::UserStatus& user) {
  return {{"name", user.name()},
          {"role", user.role()},
          {"disabled", user.disabled()},
          {"one_time_password", user.one_time_password()},
          {"created_at", contract::FormatTime(user.created_at())},
          {"password_set_at", contract::FormatTime(user.password_set_at())}};
}

int ListUsers(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->ListUsers();
  if (!response) return ReportError(context, response.error());
  JsonArray array(context.out);
  Table table({"NAME", "ROLE", "STATE", "CREATED", "PASSWORD SET"});
  for (const v1::UserStatus& user : response->users()) {
    context.json() ? array.Add(JsonLine(JsonOf(user)))
                   : table.AddRow({user.name(), user.role(), StateOf(user), contract::FormatTime(user.created_at()),
                                   contract::FormatTime(user.password_set_at())});
  }
  context.json() ? array.End() : table.Write(context.out);
  return kFine;
}

int SetDisabled(Context& context, const UserOptions& options, bool disabled) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::SetUserDisabledRequest request;
  request.set_name(options.name);
  request.set_disabled(disabled);
  const auto changed = (*collector)->SetUserDisabled(request);
  return changed ? kFine : ReportError(context, changed.error());
}

int SetRole(Context& context, const UserOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::SetUserRoleRequest request;
  request.set_name(options.name);
  request.set_role(options.role);
  const auto changed = (*collector)->SetUserRole(request);
  return changed ? kFine : ReportError(context, changed.error());
}

int ResetPassword(Context& context, const UserOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::ResetPasswordRequest request;
  request.set_name(options.name);
  const auto reset = (*collector)->ResetPassword(request);
  if (!reset) return ReportError(context, reset.error());
  TellPassword(context, options.name, reset->password());
  return kFine;
}

int RemoveUser(Context& context, const UserOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::RemoveUserRequest request;
  request.set_name(options.name);
  const auto removed = (*collector)->RemoveUser(request);
  return removed ? kFine : ReportError(context, removed.error());
}

// Needs no token: the old password is what lets him.
int ChangePassword(Context& context, const UserOptions& options) {
  const auto old_password = platform::ReadSecret("Password of " + options.name + " until now: ");
  if (!old_password) return ReportError(context, old_password.error().Wrap("password"));
  const auto new_password = ReadNewPassword();
  if (!new_password) return ReportError(context, new_password.error());
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::ChangePasswordRequest request;
  request.set_name(options.name);
  request.set_old_password(*old_password);
  request.set_new_password(*new_password);
  const auto changed = (*collector)->ChangePassword(request);
  return changed ? kFine : ReportError(context, changed.error());
}

struct UsersCommand {
  const char* name;
  const char* what;
  std::function<int(Context&, const UserOptions&)> run;
  bool asks_for_role = false;
  bool may_ask_for_password = false;
};

void AddRole(CLI::App& added, const std::shared_ptr<UserOptions>& options) {
  added
      .add_option_function<std::string>(
          "--role", [options](const std::string& role) { options->role = role; },
          "admin, analyst, officer or auditor, as of API tokens")
      ->check(CLI::IsMember({"admin", "analyst", "auditor", "officer"}))
      ->required();
}

void Add(CLI::App& users, Context& context, const UsersCommand& command) {
  const auto options = std::make_shared<UserOptions>();
  CLI::App* added = users.add_subcommand(command.name, command.what);
  added->add_option_function<std::string>("NAME", [options](const std::string& name) { options->name = name; })
      ->required();
  if (command.asks_for_role) AddRole(*added, options);
  if (command.may_ask_for_password) {
    added->add_flag_callback(
        "--password", [options] { options->with_password = true; },
        "Read the user's own password, unseen from the terminal or twice from standard input; else one for once is "
        "made and printed");
  }
  added->callback([&context, options, run = command.run] {
    context.run = [&context, options, run] { return run(context, *options); };
  });
}

}  // namespace

void AddUsersCommand(CLI::App& app, Context& context) {
  CLI::App* users = app.add_subcommand("users", "People who sign in to the console by name and password");
  users->require_subcommand(1);
  users->add_subcommand("list", "Names, roles and states")->callback([&context] {
    context.run = [&context] { return ListUsers(context); };
  });
  const auto disable = [](Context& asked, const UserOptions& options) { return SetDisabled(asked, options, true); };
  const auto enable = [](Context& asked, const UserOptions& options) { return SetDisabled(asked, options, false); };
  for (const UsersCommand& command : std::initializer_list<UsersCommand>{
           {"add", "Add a user; prints a one-time password, good for 7 days", AddUser, true, true},
           {"set-role", "Give a user another role; signs him out", SetRole, true},
           {"disable", "Sign a user out everywhere, end his API tokens, and let him in no more", disable},
           {"enable", "Let a disabled user in again", enable},
           {"reset-password", "Sign a user out, end his API tokens, and print a one-time password for him",
            ResetPassword},
           {"change-password", "Choose a new password; asks for the one until now, needs no token", ChangePassword},
           {"remove", "Remove a user, and the API token of his name", RemoveUser}}) {
    Add(*users, context, command);
  }
}

}  // namespace vigie::cli
