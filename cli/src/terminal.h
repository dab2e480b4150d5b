// Text for a terminal: as wide as the terminal, and in colours. Text for other destinations is
// unchanged.
#ifndef TASKLEAK_CLI_TERMINAL_H_
#define TASKLEAK_CLI_TERMINAL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace taskleak::cli {

/// The look of a text.
struct TextLook {
  std::size_t width = 0;  ///< columns; 0: unlimited
  bool color = false;
};

/// Returns a text report with that look. Every line fits into the width: names in stacks are
/// shortened in the middle and stay in columns, C++ names elsewhere are shortened too, and other
/// lines are broken between words. Rules, which people copy, are never shortened. A character
/// counts as one column. Headlines, deadlocks, hints and less important lines have colours of their
/// own.
std::string Rendered(std::string_view text, const TextLook& look);

/// Returns `name`, with "..." in place of its middle if it has more than `width` characters.
std::string ShortenedInTheMiddle(std::string_view name, std::size_t width);

/// Returns the number of columns of the terminal `descriptor`, or 80 if it is not a terminal.
std::size_t TerminalWidth(int descriptor);

/// Returns true if text is coloured. `choice` is "auto" (on a terminal, unless NO_COLOR is set),
/// "always" or "never".
bool WantsColor(const std::string& choice, bool is_terminal);

/// Returns the text for the destination `path`. If that is standard output ("-") and a terminal,
/// the text is fitted to it, and coloured as `color` says.
std::string TextFor(const std::string& path, const std::string& text,
                    const std::string& color = "auto");

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TERMINAL_H_
