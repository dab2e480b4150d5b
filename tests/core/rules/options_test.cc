#include "taskleak/options.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/effective_options.h"

namespace taskleak {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options Parsed(const std::string& text) {
  Options options;
  options.Apply(text);
  return options;
}

std::string ErrorOf(const std::string& text) {
  try {
    Parsed(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

// Sets TASKLEAK_OPTIONS until the end of a scope.
class Environment {
 public:
  explicit Environment(const char* value) { setenv("TASKLEAK_OPTIONS", value, 1); }
  ~Environment() { unsetenv("TASKLEAK_OPTIONS"); }
};

TEST(OptionsTest, DefaultsAreThoseOfTheDocumentation) {
  const Options options;
  EXPECT_EQ(options.on_leak, OnLeak::kFail);
  EXPECT_EQ(options.check, CheckScope::kAll);
  EXPECT_EQ(options.drain, milliseconds(1000));
  EXPECT_EQ(options.drain_max, milliseconds(10000));
  EXPECT_TRUE(options.stillness);
  EXPECT_EQ(options.hang_timeout, milliseconds(0));
  EXPECT_TRUE(options.json.empty());
  EXPECT_FALSE(options.verbose);
}

TEST(OptionsTest, EveryKeyIsRead) {
  const Options options = Parsed(
      "on_leak=warn check=marked drain=0 drain_max=2s stillness=0 hang_timeout=1.5min "
      "suppressions=a.txt "
      "suppressions=b.txt json=out/%p.json "
      "color=never hooks=0 verbose=1 coroutines=scan report_known=grpc report_known=all");
  EXPECT_EQ(options.on_leak, OnLeak::kWarn);
  EXPECT_EQ(options.check, CheckScope::kMarked);
  EXPECT_EQ(options.coroutines, CoroutineSearch::kScan);
  EXPECT_EQ(options.drain, milliseconds(0));
  EXPECT_EQ(options.drain_max, milliseconds(2000));
  EXPECT_FALSE(options.stillness);
  EXPECT_EQ(options.hang_timeout, milliseconds(90'000));
  EXPECT_THAT(options.suppressions, ElementsAre("a.txt", "b.txt"));
  EXPECT_EQ(options.json, "out/%p.json");
  EXPECT_EQ(options.color, Color::kNever);
  EXPECT_FALSE(options.hooks);
  EXPECT_TRUE(options.verbose);
  EXPECT_THAT(options.report_known, ElementsAre("grpc", "all"));
}

TEST(OptionsTest, BlanksCommasAndColonsSeparate) {
  const Options options = Parsed("  drain=5ms,,on_leak=off:verbose=1 ");
  EXPECT_EQ(options.drain, milliseconds(5));
  EXPECT_EQ(options.on_leak, OnLeak::kOff);
  EXPECT_TRUE(options.verbose);
}

TEST(OptionsTest, AQuotedValueMayHoldSeparators) {
  EXPECT_EQ(Parsed("json=\"a b:c,d\" verbose=1").json, "a b:c,d");
}

TEST(OptionsTest, AnUnknownKeyIsAnErrorThatListsTheKeys) {
  EXPECT_THAT(ErrorOf("drian=1s"), HasSubstr("unknown key \"drian\""));
  EXPECT_THAT(ErrorOf("drian=1s"),
              HasSubstr("on_leak, check, drain, drain_max, stillness, hang_timeout"));
}

TEST(OptionsTest, ABadValueIsAnErrorThatNamesTheKeyAndWhatIsAccepted) {
  EXPECT_EQ(ErrorOf("drain=fast"),
            "drain=fast: expected a duration, for example 0, 500ms, 2s or 5min");
  EXPECT_THAT(ErrorOf("drain=5"), HasSubstr("drain=5: expected a duration"));
  EXPECT_THAT(ErrorOf("drain=-1s"), HasSubstr("drain=-1s"));
  EXPECT_THAT(ErrorOf("drain=1e99s"), HasSubstr("drain=1e99s"));
  EXPECT_THAT(ErrorOf("drain=nan"), HasSubstr("drain=nan"));
  EXPECT_EQ(ErrorOf("on_leak=maybe"), "on_leak=maybe: expected one of fail, warn, off");
  EXPECT_EQ(ErrorOf("descriptors=1"), "descriptors=1: expected one of off, warn, fail");
  EXPECT_EQ(ErrorOf("coroutines=all"), "coroutines=all: expected one of known, scan");
  EXPECT_EQ(ErrorOf("verbose=yes"), "verbose=yes: expected one of 0, 1");
  EXPECT_EQ(ErrorOf("json="), "json=: expected a path");
  EXPECT_THAT(ErrorOf("report_known=nobody"), HasSubstr("one of all, declared, tsan"));
}

TEST(OptionsTest, TextThatIsNoPairIsAnError) {
  EXPECT_EQ(ErrorOf("verbose"), "\"verbose\" is not a key=value pair");
  EXPECT_EQ(ErrorOf("json=\"a"), "\"json=\": the quote is not closed");
}

TEST(OptionsTest, AColonInPlaceOfTheEqualsSignIsNamed) {
  EXPECT_EQ(ErrorOf("verbose=1:drain:500ms"),
            "\"drain:500ms\" is not a key=value pair: write drain=500ms");
  EXPECT_EQ(ErrorOf("drain"), "\"drain\" is not a key=value pair");
}

TEST(OptionsTest, ASemicolonBetweenOptionsIsAnError) {
  EXPECT_EQ(ErrorOf("json=a;verbose=1"),
            "json=a;verbose=1: expected \":\", \",\" or a blank between options, not \";\"");
  EXPECT_THAT(ErrorOf("verbose=1;"), HasSubstr("not \";\""));
  EXPECT_EQ(Parsed("json=a;b").json, "a;b");
  EXPECT_EQ(Parsed("json='a;verbose=1'").json, "a;verbose=1");
}

TEST(OptionsTest, ARuleIsSentToASuppressionFile) {
  EXPECT_EQ(ErrorOf("drain=0:thread_name:worker-*"),
            "\"thread_name:worker-*\" is a rule, not an option: write it into a file, and name the "
            "file with suppressions=FILE");
}

TEST(OptionsTest, ABadTextChangesNothing) {
  Options options;
  EXPECT_THROW(options.Apply("drain=5ms nonsense"), std::invalid_argument);
  EXPECT_EQ(options.drain, milliseconds(1000));
}

TEST(OptionsTest, TheEnvironmentWinsOverCode) {
  const Environment environment("drain=7ms");
  Options code;
  code.drain = milliseconds(50);
  code.verbose = true;
  const Options effective = rules::WithEnvironment(code);
  EXPECT_EQ(effective.drain, milliseconds(7));
  EXPECT_TRUE(effective.verbose);
}

TEST(OptionsTest, AnErrorInTheEnvironmentNamesTheVariable) {
  const Environment environment("drian=7ms");
  try {
    static_cast<void>(Options::FromEnvironment());
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("TASKLEAK_OPTIONS: unknown key \"drian\""));
  }
}

TEST(OptionsTest, ANegativeOrEndlessDurationFromCodeIsAnError) {
  for (const milliseconds value : {milliseconds(-1), milliseconds::max()}) {
    Options options;
    options.drain_max = value;
    EXPECT_THROW(rules::WithEnvironment(options), std::invalid_argument) << value.count();
  }
}

}  // namespace
}  // namespace taskleak
