#include "rules/suppression_file.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::rules {
namespace {

using ::testing::HasSubstr;

class SuppressionFileTest : public ::testing::Test {
 protected:
  ~SuppressionFileTest() override { std::filesystem::remove(path_); }

  std::string Write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }

  static std::string ErrorOf(const std::string& path) {
    try {
      ReadSuppressions(path);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return {};
  }

 private:
  const std::string path_ = ::testing::TempDir() + "suppressions-" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SuppressionFileTest, OneRuleALineAndCommentsPassedOver) {
  const auto rules =
      ReadSuppressions(Write("# known\n\n  thread_name:pool-*  \r\nfunction:re:^net::\n"));
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].suppression.rule.ToString(), "thread_name:pool-*");
  EXPECT_EQ(rules[1].suppression.rule.ToString(), "function:re:^net::");
}

TEST_F(SuppressionFileTest, AByteOrderMarkIsPassedOver) {
  const auto rules = ReadSuppressions(Write("\xef\xbb\xbf# known\nthread_name:a\n"));
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].line, 2);
}

TEST_F(SuppressionFileTest, ABadRuleIsAnErrorThatNamesFileAndLine) {
  const std::string path = Write("thread_name:a\nname:b\n");
  EXPECT_THAT(ErrorOf(path), HasSubstr(path + ":2:1: ignore rule \"name:b\""));
}

TEST_F(SuppressionFileTest, AnUnreadableFileIsAnErrorThatNamesIt) {
  EXPECT_EQ(ErrorOf("/nonexistent/file"),
            "suppression file \"/nonexistent/file\": No such file or directory");
  EXPECT_THAT(ErrorOf("nonexistent"), HasSubstr("\"nonexistent\" (/"));
  EXPECT_THAT(ErrorOf("/"), HasSubstr("suppression file \"/\""));
}

}  // namespace
}  // namespace taskleak::rules
