#include "alive/descriptor_kind.h"

#include <algorithm>
#include <cstdlib>

namespace taskleak::alive {
namespace {

// These consider ASCII only, since the locale must not change a kind.
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsCapital(c) || (c >= 'a' && c <= 'z'); }
bool IsAlphanumeric(char c) { return IsDigit(c) || IsLetter(c); }

// mkstemp(3) replaces the last six characters, each by one of the 62 letters and digits.
constexpr std::size_t kReplaced = 6;

bool LooksGenerated(std::string_view run, bool in_temporary_folder) {
  if (run.size() < kReplaced) return false;
  const std::string_view last = run.substr(run.size() - kReplaced);
  const bool has_digit = std::ranges::any_of(last, IsDigit);
  if (in_temporary_folder) return has_digit || std::ranges::any_of(last, IsCapital);
  return has_digit && std::ranges::any_of(last, IsLetter);
}

void AddStar(std::string* pattern) {
  if (!pattern->ends_with('*')) pattern->push_back('*');
}

// Keeps small letters before the last six characters: they are the beginning that the program gave,
// such as "db" of "dbXy12Az".
void AddGenerated(std::string_view run, std::string* pattern) {
  run.remove_suffix(kReplaced);
  if (std::ranges::all_of(run, [](char c) { return IsLetter(c) && !IsCapital(c); }))
    *pattern += run;
  AddStar(pattern);
}

void AddWithoutNumbers(std::string_view run, std::string* pattern) {
  for (const char c : run) {
    if (IsDigit(c))
      AddStar(pattern);
    else
      pattern->push_back(c);
  }
}

bool IsWithin(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.size() > folder.size() && path.starts_with(folder) &&
         (folder.ends_with('/') || path[folder.size()] == '/');
}

std::vector<std::string> TemporaryFolders() {
  std::vector<std::string> folders = {"/tmp", "/var/tmp", "/dev/shm"};
  for (const char* const variable : {"TMPDIR", "TEST_TMPDIR"}) {
    if (const char* const folder = std::getenv(variable)) folders.emplace_back(folder);
  }
  return folders;
}

}  // namespace

std::string PatternOf(std::string_view target, const std::vector<std::string>& temporary_folders) {
  const bool temporary = std::ranges::any_of(
      temporary_folders, [target](const std::string& folder) { return IsWithin(target, folder); });
  std::string pattern;
  while (!target.empty()) {
    const auto end = std::ranges::find_if_not(target, IsAlphanumeric);
    const std::string_view run = target.substr(0, static_cast<std::size_t>(end - target.begin()));
    if (LooksGenerated(run, temporary))
      AddGenerated(run, &pattern);
    else
      AddWithoutNumbers(run, &pattern);
    target.remove_prefix(run.size());
    if (target.empty()) break;
    pattern.push_back(target.front());
    target.remove_prefix(1);
  }
  return pattern;
}

DescriptorKind KindOf(const platform::OpenDescriptor& descriptor) {
  return {PatternOf(descriptor.target, TemporaryFolders()), descriptor.socket};
}

}  // namespace taskleak::alive
