#include <memory>

#include "platform/base/clock.h"
#include "platform/linux/linux_platform.h"
#include "platform/program.h"
#include "server/cli/command.h"
#include "server/cli/index_build.h"
#include "server/cli/index_lookup.h"

namespace vigie::cli {
namespace {

void AddKey(CLI::App& index, Context& context) {
  auto out = std::make_shared<std::string>();
  CLI::App* command = index.add_subcommand("key", "Make the tenant's secret key: 32 random bytes, mode 0600");
  command->add_option("--out", *out, "The key file to create; never overwritten")->type_name("KEY")->required();
  command->callback([out, &context] {
    context.run = [out, &context] { return RunIndexKey(*out, *platform::MakeFileSystem(), context); };
  });
}

// What build and delta have in common.
void AddDirectoryOptions(CLI::App& command, IndexBuildRequest& request) {
  command
      .add_option("--columns", request.columns,
                  "Which column holds what: kind=column,… with the kinds key, email, phone, iban, name, text")
      ->type_name("KIND=COLUMN,…")
      ->required();
  command.add_option("--region", request.region, "Country of phone numbers without a country code")->type_name("FR");
  command.add_option("--separator", request.separator, "Between columns; detected if not given")
      ->type_name("CHARACTER");
  command.add_option("--encoding", request.encoding, "Of the directory, as iconv names it; detected if not given")
      ->type_name("NAME");
  command.add_option("--key-file", request.key_file, "The tenant's key (vigie index key)")
      ->type_name("KEY")
      ->envname("VIGIE_KEY_FILE")
      ->required();
  command.add_option("--ledger", request.ledger, "Keeps record ids and keys; created if missing, private")
      ->type_name("LEDGER")
      ->required();
  command
      .add_option("--canary-column", request.canary_column, "Its cells say yes, true, 1 or x where a row is a canary")
      ->type_name("COLUMN");
  command
      .add_option("--report", request.report, "Write everything that was left out to this CSV file: row, column, why")
      ->type_name("FILE");
  command.add_flag("--key-only-in-ledger", request.key_only_in_ledger,
                   "Do not search text for the primary key: a smaller index where keys mean nothing to others");
}

void AddBuild(CLI::App& index, Context& context) {
  auto request = std::make_shared<IndexBuildRequest>();
  CLI::App* command = index.add_subcommand("build", "Build an index and its ledger from the customer directory");
  command->add_option("--directory", request->directory, "The directory: CSV with a header row")
      ->type_name("CSV")
      ->required();
  AddDirectoryOptions(*command, *request);
  command->add_option("--out", request->out, "The index to write; INDEX.digests beside it is for deltas and stays here")
      ->type_name("INDEX")
      ->required();
  command->callback([request, &context] {
    context.run = [request, &context] {
      request->show_progress = platform::StandardErrorIsTerminal();
      return RunIndexBuild(*request, *platform::MakeFileSystem(), base::SystemClock(), context);
    };
  });
}

void AddDelta(CLI::App& index, Context& context) {
  auto request = std::make_shared<IndexDeltaRequest>();
  CLI::App* command = index.add_subcommand("delta", "Build what changed in the directory since an index was built");
  command->add_option("--from", request->from, "The index as it was built, with the deltas applied so far")
      ->type_name("INDEX")
      ->required();
  command->add_option("--to-directory", request->build.directory, "The directory as it is now")
      ->type_name("CSV")
      ->required();
  command->add_option("--digests", request->digests, "Of the index, if not beside it")->type_name("FILE");
  AddDirectoryOptions(*command, request->build);
  command->add_option("--out", request->build.out, "The delta to write")->type_name("DELTA")->required();
  command->callback([request, &context] {
    context.run = [request, &context] {
      request->build.show_progress = platform::StandardErrorIsTerminal();
      return RunIndexDelta(*request, *platform::MakeFileSystem(), base::SystemClock(), context);
    };
  });
}

void AddApply(CLI::App& index, Context& context) {
  auto request = std::make_shared<IndexApplyRequest>();
  CLI::App* command = index.add_subcommand("apply", "Put a delta on top of its index, all or nothing");
  command->add_option("--index", request->index, "The index; replaced by rename")->type_name("INDEX")->required();
  command->add_option("--delta", request->delta, "The delta (vigie index delta)")->type_name("DELTA")->required();
  command->add_option("--key-file", request->key_file, "The tenant's key")
      ->type_name("KEY")
      ->envname("VIGIE_KEY_FILE")
      ->required();
  command->add_option("--out", request->out, "Write the result here and leave the index alone")->type_name("FILE");
  command->callback([request, &context] {
    context.run = [request, &context] { return RunIndexApply(*request, *platform::MakeFileSystem(), context); };
  });
}

void AddInfo(CLI::App& index, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = index.add_subcommand("info", "Say what is in an index; needs no key");
  command->add_option("INDEX", *path, "The index")->required();
  command->callback([path, &context] {
    context.run = [path, &context] { return RunIndexInfo(*path, *platform::MakeFileSystem(), context); };
  });
}

void AddResolve(CLI::App& index, Context& context) {
  auto request = std::make_shared<IndexResolveRequest>();
  CLI::App* command = index.add_subcommand("resolve", "Say which customers record ids are: id,key lines");
  command->add_option("--ledger", request->ledger, "The ledger of the index")->type_name("LEDGER")->required();
  CLI::Option_group* which = command->add_option_group("records");
  which->add_option("--ids", request->ids, "Record ids")->type_name("1,2,…")->delimiter(',');
  which->add_option("--set", request->set_file, "A file with a serialised record set")->type_name("FILE");
  which->require_option(1);
  command->callback([request, &context] {
    context.run = [request, &context] { return RunIndexResolve(*request, *platform::MakeFileSystem(), context); };
  });
}

}  // namespace

void AddIndexCommand(CLI::App& app, Context& context) {
  CLI::App* index =
      app.add_subcommand("index", "The customer index that agents carry, and the ledger that stays at home");
  index->require_subcommand(1);
  AddKey(*index, context);
  AddBuild(*index, context);
  AddDelta(*index, context);
  AddApply(*index, context);
  AddInfo(*index, context);
  AddResolve(*index, context);
}

}  // namespace vigie::cli
