// The exit codes of the program.
#ifndef TASKLEAK_CLI_EXIT_CODE_H_
#define TASKLEAK_CLI_EXIT_CODE_H_

namespace taskleak::cli {

/// They are the same for every subcommand, so that a script can distinguish a leak from an error.
enum ExitCode : int {
  kClean = 0,         ///< looked and found nothing, or did the requested work
  kLeaks = 1,         ///< leaks, or (baseline, diff) leaks that were not there before
  kUsage = 2,         ///< bad arguments
  kCouldNotLook = 3,  ///< input that cannot be read, a program that cannot be watched
  kHang = 4,          ///< (run) the program took too long, or was shown never to end
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_EXIT_CODE_H_
