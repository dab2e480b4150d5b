#include "terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "report/wording.h"

namespace taskleak::cli {
namespace {

constexpr std::size_t kFrameIndent = 6;  // of the lines of a stack
constexpr std::string_view kEllipsis = "...";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !IsContinuation(c); }));
}

// Returns the number of bytes of the first `columns` characters.
std::size_t BytesOf(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!IsContinuation(text[at]) && columns-- == 0) break;
  }
  return at;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t IndentOf(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

struct Style {
  std::string_view begins;  // after the indentation
  std::string_view code;
};

// The first entry that a line begins with counts. Lines without such an entry are plain.
constexpr std::string_view kBoldRed = "\033[1;31m";
constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kCyan = "\033[36m";
constexpr std::string_view kDim = "\033[2m";
constexpr std::string_view kPlain = "\033[0m";
constexpr std::array<Style, 10> kStyles = {{{"DEADLOCK", kBoldRed},
                                            {"ABANDONED", kBoldRed},
                                            {"[", kBold},
                                            {"hint: ", kCyan},
                                            {"ignore: ", kDim},
                                            {"ids ", kDim},
                                            {"note: ", kDim},
                                            {"new  ", kBoldRed},
                                            {"grown ", kBoldRed},
                                            {"+ ", kBoldRed}}};

// A line of a stack: a function, and its place in a second column.
struct FrameLine {
  std::string_view function;
  std::string_view place;
};

bool IsFrame(std::string_view line) { return IndentOf(line) == kFrameIndent; }

FrameLine ParseFrame(std::string_view line) {
  line.remove_prefix(kFrameIndent);
  const std::size_t gap = line.rfind("  ");
  if (gap == std::string_view::npos) return {line, {}};
  const std::string_view function = line.substr(0, gap);
  return {function.substr(0, function.find_last_not_of(' ') + 1), line.substr(gap + 2)};
}

// Adds the lines of one stack, in two columns that fit.
void AddStack(const std::vector<std::string_view>& lines, const TextLook& look, std::string& text) {
  std::vector<FrameLine> frames;
  std::size_t places = 0;
  std::size_t functions = 0;
  for (const std::string_view line : lines) {
    const FrameLine& frame = frames.emplace_back(ParseFrame(line));
    places = std::max(places, Columns(frame.place));
    if (!frame.place.empty()) functions = std::max(functions, Columns(frame.function));
  }
  const std::size_t room = look.width == 0 ? places + functions : look.width - kFrameIndent - 2;
  if (look.width != 0) places = std::min(places, room / 2);
  functions = std::min(functions, room - places);
  for (const auto& [function, place] : frames) {
    text.append(kFrameIndent, ' ');
    if (place.empty()) {
      text += ShortenedInTheMiddle(function, look.width == 0 ? function.size() : room + 2) + '\n';
      continue;
    }
    const std::string shown = ShortenedInTheMiddle(function, functions);
    text += fmt::format("{}{:{}}{}{}{}\n", shown, "", functions - Columns(shown) + 2,
                        look.color ? kDim : "", ShortenedInTheMiddle(place, places),
                        look.color ? kPlain : "");
  }
}

// Adds a line that is broken between words. The following lines are indented more.
void AddWrapped(std::string_view line, std::size_t width, std::string& text) {
  if (width == 0 || Columns(line) <= width) {
    text.append(line).append("\n");
    return;
  }
  const std::size_t indent = IndentOf(line);
  const bool is_rule = line.substr(indent).starts_with("ignore: ");
  const std::string next_line = '\n' + std::string(std::min(indent + 4, width / 2), ' ');
  std::size_t column = 0;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t word = std::min(line.find_first_not_of(' ', at), line.size());
    const std::size_t end = std::min(line.find(' ', word), line.size());
    std::string shown(line.substr(word, end - word));
    const std::size_t room = width - next_line.size() + 1;
    if (!is_rule && shown.find("::") != std::string::npos)
      shown = ShortenedInTheMiddle(shown, room);
    if (column > 0 && column + word - at + Columns(shown) > width) {
      text += next_line;
      column = next_line.size() - 1;
    } else {
      text.append(line.substr(at, word - at));
      column += word - at;
    }
    text += shown;
    column += Columns(shown);
    at = end;
  }
  text += '\n';
}

// Returns the colour of a line that does not belong to a stack.
std::string_view ColorOf(std::string_view line) {
  const std::string_view words = line.substr(IndentOf(line));
  if (IndentOf(line) == 0 && report::IsHeadline(line)) return kBoldRed;
  for (const Style& style : kStyles) {
    if (words.starts_with(style.begins)) return style.code;
  }
  return {};
}

// Adds the lines of one stack, or one other line.
void AddLines(const std::vector<std::string_view>& lines, const TextLook& look, std::string& text) {
  if (IsFrame(lines.front())) {
    AddStack(lines, look, text);
    return;
  }
  const std::string_view color = look.color ? ColorOf(lines.front()) : std::string_view();
  text += color;
  AddWrapped(lines.front(), look.width, text);
  if (!color.empty()) text.insert(text.size() - 1, kPlain);
}

}  // namespace

std::string ShortenedInTheMiddle(std::string_view name, std::size_t width) {
  const std::size_t columns = Columns(name);
  if (columns <= width) return std::string(name);
  if (width <= kEllipsis.size()) return std::string(name.substr(0, BytesOf(name, width)));
  const std::size_t kept = width - kEllipsis.size();
  const std::size_t head = kept * 2 / 5;  // the end of a name is more important
  return fmt::format("{}{}{}", name.substr(0, BytesOf(name, head)), kEllipsis,
                     name.substr(BytesOf(name, columns - (kept - head))));
}

std::string Rendered(std::string_view text, const TextLook& look) {
  constexpr std::size_t kNarrowest = 40;
  const TextLook real{look.width == 0 ? 0 : std::max(look.width, kNarrowest), look.color};
  std::string shown;
  std::vector<std::string_view> together;
  for (const std::string_view line : Lines(text)) {
    if (!together.empty() && !(IsFrame(line) && IsFrame(together.front()))) {
      AddLines(together, real, shown);
      together.clear();
    }
    together.push_back(line);
  }
  if (!together.empty()) AddLines(together, real, shown);
  return shown;
}

std::size_t TerminalWidth(int descriptor) {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

bool WantsColor(const std::string& choice, bool is_terminal) {
  if (choice != "auto") return choice == "always";
  return is_terminal && std::getenv("NO_COLOR") == nullptr;
}

std::string TextFor(const std::string& path, const std::string& text, const std::string& color) {
  const bool is_terminal = path == "-" && isatty(STDOUT_FILENO) == 1;
  const TextLook look{is_terminal ? TerminalWidth(STDOUT_FILENO) : 0,
                      WantsColor(color, is_terminal)};
  return look.width == 0 && !look.color ? text : Rendered(text, look);
}

}  // namespace taskleak::cli
