#include "report/core_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <cstring>
#include <string_view>

#include "report/wording.h"

namespace taskleak::report {
namespace {

using platform::CoreImage;
using platform::Module;
using platform::UnreadableCore;
using CoreFault = UnreadableCore::Reason;

std::string BuildId(std::string_view id) {
  return id.empty() ? "no known build id" : fmt::format("build id {}", id);
}

std::string ProgramText(const UnreadableCore& why) {
  switch (why.reason) {
    case CoreFault::kProgramNotRead:
      return fmt::format("the program {} cannot be read: {}", why.text, std::strerror(why.error));
    case CoreFault::kProgramNotElf:
      return why.text + " is not a 64-bit program for this processor";
    case CoreFault::kProgramOnlyDebug:
      return why.text +
             " has only debug information: name the program itself, and the folder that contains "
             ".build-id/ with --debug-dir";
    default:
      return fmt::format("{} ({}) is not the program that ran, which is {} ({})", why.text,
                         BuildId(why.other_id), why.mapped, BuildId(why.build_id));
  }
}

// "/lib/libfoo.so (build id 1234)"
std::string NameOfModule(const Module& module) {
  return module.build_id.empty() ? module.path
                                 : fmt::format("{} (build id {})", module.path, module.build_id);
}

void AddModules(const CoreImage& image, Module::State state, std::string_view text,
                std::vector<std::string>* texts) {
  constexpr std::size_t kMostNamed = 4;
  std::vector<std::string> names;
  for (const Module& module : image.modules().all()) {
    if (module.state != state) continue;
    names.insert(module.is_program ? names.begin() : names.end(), NameOfModule(module));
  }
  if (names.empty()) return;
  const std::size_t more = names.size() > kMostNamed ? names.size() - kMostNamed : 0;
  names.resize(names.size() - more);
  std::string list = fmt::format("{}", fmt::join(names, ", "));
  if (more > 0) list += fmt::format(" and {} more", more);
  texts->push_back(fmt::format("{}: {}", text, list));
}

void AddSignal(const CoreImage& image, std::vector<std::string>* texts) {
  const platform::ThreadNote& first = image.core().notes().threads.front();
  if (first.signal <= 0 || first.signal == SIGSTOP) return;  // with SIGSTOP, a debugger stopped it
  texts->push_back(fmt::format("thread {} received signal {} ({})", first.tid, first.signal,
                               strsignal(first.signal)));
}

}  // namespace

std::string UnreadableText(const UnreadableCore& why) {
  switch (why.reason) {
    case CoreFault::kNotOpened:
      return std::strerror(why.error);
    case CoreFault::kNotAFile:
      return "it is not a regular file; a core that comes through a pipe must be saved first";
    case CoreFault::kEmpty:
      return "it is empty";
    case CoreFault::kCompressed:
      return fmt::format("it is compressed: decompress it first ({})", why.text);
    case CoreFault::kNotElf:
      return "it is not an ELF core file";
    case CoreFault::kNotCore:
      return "it is an ELF file, but not a core file; with --core, the core file comes first, and "
             "then the program";
    case CoreFault::kOtherProcessor:
      return "it is not of a 64-bit process for this processor";
    case CoreFault::kNoThreads:
      return "it has no threads: its notes are damaged or cut off (gdb writes them at the end)";
    default:
      return ProgramText(why);
  }
}

std::vector<std::string> CoreTexts(const CoreImage& image) {
  std::vector<std::string> texts;
  AddSignal(image, &texts);
  if (const std::uint64_t missing = image.core().CountMissing(); missing > 0)
    texts.push_back(fmt::format(
        "the core file was cut off: {} bytes of memory are missing, and with them some stacks, "
        "locks and tasks",
        missing));
  if (image.core().notes().files.empty())
    texts.emplace_back(
        "the core file has no list of the mapped files (NT_FILE), so functions have no names");
  AddModules(image, Module::State::kMissing,
             "not found, so their functions have no names and stacks may end there (name the "
             "program, --sysroot or --debug-dir)",
             &texts);
  AddModules(image, Module::State::kOtherBuild,
             "a different build is at its path, and was not used (name the "
             "program, --sysroot or --debug-dir)",
             &texts);
  AddModules(image, Module::State::kUnverified,
             "the core file does not show whether these builds ran; if they did not, names "
             "are wrong",
             &texts);
  return texts;
}

}  // namespace taskleak::report
