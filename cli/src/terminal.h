// Text for a terminal: as wide as that is, and in colours. All else gets text as it is.
#ifndef TASKLEAK_CLI_TERMINAL_H_
#define TASKLEAK_CLI_TERMINAL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace taskleak::cli {

/// How a text is shown.
struct TextLook {
  std::size_t width = 0;  ///< columns; 0: as many as it has
  bool color = false;
};

/// A text report so shown. Every line fits into the width: names in stacks are shortened in the
/// middle and stay in columns, C++ names elsewhere likewise, and other lines are broken between
/// words. Rules, which people copy, are never shortened. A character counts as one column.
/// Headlines, deadlocks, hints, and what matters less have colours of their own.
std::string Rendered(std::string_view text, const TextLook& look);

/// `name` with "..." in place of its middle if it has more than `width` characters.
std::string ShortenedInTheMiddle(std::string_view name, std::size_t width);

/// The columns of the terminal that `descriptor` is, or else 80.
std::size_t TerminalWidth(int descriptor);

/// When text is coloured: "auto" (on a terminal, unless NO_COLOR is set), "always", "never".
bool WantsColor(const std::string& choice, bool is_terminal);

/// The text as `path` gets it: for standard output ("-") that is a terminal fitted to it, and
/// coloured as `color` says.
std::string TextFor(const std::string& path, const std::string& text,
                    const std::string& color = "auto");

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TERMINAL_H_
