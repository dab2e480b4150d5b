#include "taskleak/live/signals.h"

#include <chrono>
#include <csignal>
#include <stdexcept>

#include <gtest/gtest.h>

#include "signal_bell.h"

namespace taskleak::live {
namespace {

void Other(int) {}

TEST(SignalDumpTest, ThereIsOneAtATime) {
  {
    const SignalDump first;
    EXPECT_THROW(SignalDump second, std::logic_error);
  }
  const SignalDump again;
}

TEST(SignalDumpTest, BadOptionsThrowAndLeaveNothingBehind) {
  SignalOptions options;
  options.dump = SIGKILL;
  EXPECT_THROW(SignalDump dump(options), std::invalid_argument);
  options.dump = SIGQUIT;
  options.period = std::chrono::milliseconds(0);
  EXPECT_THROW(SignalDump dump(options), std::invalid_argument);
  options = {};
  options.files.emplace().folder = "/nonexistent/folder";
  EXPECT_THROW(SignalDump dump(options), std::runtime_error);
  const SignalDump good;
}

TEST(SignalDumpTest, OneSignalForBothIsBadOnlyWithFiles) {
  SignalOptions options;
  options.dump = options.record;
  { const SignalDump only_dumps(options); }
  options.files.emplace();
  EXPECT_THROW(SignalDump dump(options), std::invalid_argument);
}

TEST(SignalBellTest, ForgetsTheSignalOfAnEarlierOne) {
  { const SignalBell earlier(SIGQUIT, 0); }
  const SignalBell bell(0, SIGQUIT);
  std::raise(SIGQUIT);
  const Rung rung = SignalBell::Wait(std::chrono::milliseconds(0));
  EXPECT_EQ(rung.dumps, 0U);
  EXPECT_EQ(rung.records, 1U);
}

TEST(SignalDumpTest, PutsBackTheHandlerThatWasThere) {
  std::signal(SIGQUIT, Other);
  { const SignalDump dump; }
  EXPECT_EQ(std::signal(SIGQUIT, SIG_DFL), &Other);
}

TEST(SignalDumpTest, LeavesAHandlerThatCameLater) {
  {
    const SignalDump dump;
    std::signal(SIGQUIT, Other);
  }
  EXPECT_EQ(std::signal(SIGQUIT, SIG_DFL), &Other);
}

}  // namespace
}  // namespace taskleak::live
