#include "server/cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "server/cli/json_array.h"

namespace vigie::cli {
namespace {

TEST(Table, AlignsItsColumns) {
  Table table({"ID", "USER", "EVENTS"});
  table.AddRow({"i-1", "Müller", "3"});
  table.AddRow({"incident-2", "", "41"});
  std::ostringstream out;
  table.Write(out);
  EXPECT_EQ(out.str(),
            "ID          USER    EVENTS\n"
            "i-1         Müller  3\n"
            "incident-2  -       41\n");
}

TEST(Table, StaysAlignedOverPages) {
  Table table({"A", "B"});
  table.AddRow({"long cell", "x"});
  std::ostringstream first;
  table.Write(first);
  table.AddRow({"s", "y"});
  std::ostringstream second;
  table.Write(second);
  EXPECT_EQ(second.str(), "s          y\n");
}

TEST(Table, HoldsNothingThatSteersATerminal) {
  Table table({"A"});
  table.AddRow({"a\x1b[31m\nb"});
  std::ostringstream out;
  table.Write(out);
  EXPECT_EQ(out.str(), "A\na?[31m?b\n");
}

TEST(WriteFields, AlignsValuesAndLeavesOutWhatIsEmpty) {
  std::ostringstream out;
  WriteFields({{"id", "i-1"}, {"assignee", ""}, {"opened", "now"}}, out);
  EXPECT_EQ(out.str(), "id:     i-1\nopened: now\n");
}

TEST(JsonArray, IsValidWhateverItsLength) {
  std::ostringstream none;
  JsonArray(none).End();
  EXPECT_EQ(none.str(), "[]\n");
  std::ostringstream two;
  JsonArray array(two);
  array.Add("1");
  array.Add("2");
  array.End();
  EXPECT_EQ(two.str(), "[\n  1,\n  2\n]\n");
}

}  // namespace
}  // namespace vigie::cli
