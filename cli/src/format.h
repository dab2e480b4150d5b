// The output formats of `taskleak report`.
#ifndef TASKLEAK_CLI_FORMAT_H_
#define TASKLEAK_CLI_FORMAT_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "baseline.h"
#include "run_report.h"

namespace taskleak::cli {

/// Known leaks, and the file that lists them.
struct KnownLeaks {
  std::string path;
  Baseline known;
};

struct FormatOptions {
  bool verbose = false;                ///< text: all groups and frames
  std::string root;                    ///< files below this folder are named relative to it
  std::optional<KnownLeaks> baseline;  ///< html: leaks that are not in it are marked as new
};

// Each format is in a file format_NAME.cc. Each function returns the whole document.
std::string FormatText(const RunReport& report, const FormatOptions& options);
std::string FormatJson(const RunReport& report, const FormatOptions& options);
std::string FormatJunit(const RunReport& report, const FormatOptions& options);
std::string FormatGithub(const RunReport& report, const FormatOptions& options);
std::string FormatGitlab(const RunReport& report, const FormatOptions& options);
std::string FormatSarif(const RunReport& report, const FormatOptions& options);
std::string FormatHtml(const RunReport& report, const FormatOptions& options);
std::string FormatFolded(const RunReport& report, const FormatOptions& options);
std::string FormatSpeedscope(const RunReport& report, const FormatOptions& options);

struct Format {
  std::string_view name;
  std::string (*render)(const RunReport&, const FormatOptions&);
};

inline constexpr std::array<Format, 9> kFormats{{{"text", FormatText},
                                                 {"json", FormatJson},
                                                 {"junit", FormatJunit},
                                                 {"github", FormatGithub},
                                                 {"gitlab", FormatGitlab},
                                                 {"sarif", FormatSarif},
                                                 {"html", FormatHtml},
                                                 {"folded", FormatFolded},
                                                 {"speedscope", FormatSpeedscope}}};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FORMAT_H_
