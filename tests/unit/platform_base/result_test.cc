#include "platform/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <set>

namespace vigie::base {
namespace {

TEST(Result, HoldsAValue) {
  Result<std::string> result(std::string("value"));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "value");
  EXPECT_EQ(result->size(), 5U);
}

TEST(Result, HoldsAnError) {
  const Result<int> result(Error{ErrorCode::kNotFound, "no such thing"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(result.error().message, "no such thing");
}

TEST(Result, GivesAMoveOnlyValueAway) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, OfNothingIsGoodUnlessItHoldsAnError) {
  EXPECT_TRUE(Result<void>());
  const Result<void> failed(Error{ErrorCode::kInternal, "broken"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "broken");
}

TEST(Error, GainsContextOnItsWayUpAndKeepsItsCode) {
  const Error error = Error{ErrorCode::kDataLoss, "bad page"}.Wrap("open database x").Wrap("start");
  EXPECT_EQ(error.code, ErrorCode::kDataLoss);
  EXPECT_EQ(error.message, "start: open database x: bad page");
}

TEST(Error, OfAnErrnoSaysWhereAndWhatInWords) {
  const Error error = ErrnoError(ENOENT, "open /etc/vigie/agent.yaml");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_EQ(error.message, "open /etc/vigie/agent.yaml: No such file or directory");
}

struct ErrnoCase {
  int error_number;
  ErrorCode code;
};

class ErrnoMapping : public ::testing::TestWithParam<ErrnoCase> {};

TEST_P(ErrnoMapping, FitsTheCode) {
  EXPECT_EQ(ErrnoError(GetParam().error_number, "x").code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Errnos, ErrnoMapping,
    ::testing::Values(ErrnoCase{ENOENT, ErrorCode::kNotFound}, ErrnoCase{ESRCH, ErrorCode::kNotFound},
                      ErrnoCase{EEXIST, ErrorCode::kAlreadyExists}, ErrnoCase{EACCES, ErrorCode::kPermissionDenied},
                      ErrnoCase{EPERM, ErrorCode::kPermissionDenied}, ErrnoCase{EROFS, ErrorCode::kPermissionDenied},
                      ErrnoCase{ENOSPC, ErrorCode::kResourceExhausted},
                      ErrnoCase{EDQUOT, ErrorCode::kResourceExhausted},
                      ErrnoCase{EMFILE, ErrorCode::kResourceExhausted},
                      ErrnoCase{ELOOP, ErrorCode::kFailedPrecondition},
                      ErrnoCase{EADDRINUSE, ErrorCode::kFailedPrecondition},
                      ErrnoCase{EINVAL, ErrorCode::kInvalidArgument}, ErrnoCase{ENOSYS, ErrorCode::kUnsupported},
                      ErrnoCase{EIO, ErrorCode::kDataLoss}, ErrnoCase{EXDEV, ErrorCode::kInternal}));

TEST(ErrorCode, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    EXPECT_TRUE(names.insert(ErrorCodeName(static_cast<ErrorCode>(code))).second) << code;
  }
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace vigie::base
