#pragma once

#include <string>

#include "core/customers/index_builder.h"
#include "platform/file_system.h"
#include "server/cli/command.h"

namespace vigie::cli {

// What was built and what was left out: row, column and reason, never a value. The first hundred problems as a table,
// or all that the report has as JSON.
void PrintBuildReport(const customers::BuildReport& report, Context& context);

// All that was left out, as CSV: row,column,reason.
base::Result<void> WriteProblems(const customers::BuildReport& report, platform::FileSystem& files,
                                 const std::string& path);

}  // namespace vigie::cli
