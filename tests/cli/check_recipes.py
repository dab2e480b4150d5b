#!/usr/bin/env python3
"""Checks the CI recipes: their syntax, that of the shell commands in them, and that taskleak knows what they ask of it.

Usage: check_recipes.py TASKLEAK_PROGRAM RECIPES_DIR WATCHED_PROGRAM
"""
import ast
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml


def shell(command, where):
    """Fails on a command line that no shell can read, or that taskleak does not know."""
    checked = subprocess.run(["bash", "-n", "-c", command], text=True, stderr=subprocess.PIPE)
    if checked.returncode != 0:
        sys.exit(f"{where}: {checked.stderr}")
    for words in re.findall(r"\btaskleak ([^|&;]+)", command):
        verbs = [word for word in words.split() if re.fullmatch("[a-z-]+", word)]
        command = verbs[:2] if verbs[0] == "baseline" else verbs[:1]
        help_text = subprocess.run([TASKLEAK, *command, "--help"], text=True, stdout=subprocess.PIPE, check=True).stdout
        for option in re.findall(r"--([a-z]+)=", words):
            if f"--{option}" not in help_text:
                sys.exit(f"{where}: taskleak {command} has no option --{option}")


def github(path):
    workflow = yaml.safe_load(path.read_text())
    # YAML 1.1 reads the key `on` as true.
    assert workflow[True] and workflow["jobs"], "no trigger or no jobs"
    for name, job in workflow["jobs"].items():
        assert job["runs-on"], name
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step), step
            if "run" in step:
                shell(step["run"], path)


def gitlab(path):
    for job in yaml.safe_load(path.read_text()).values():
        for line in job["script"]:
            shell(line, path)
        assert set(job["artifacts"]["reports"]) <= {"junit", "codequality"}, "reports that GitLab does not read"


def jenkins(path):
    text = re.sub(r"//.*", "", path.read_text())
    open_brackets = []
    for bracket in re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "", text):
        if bracket in "([{":
            open_brackets.append(bracket)
        elif bracket in ")]}":
            assert open_brackets and open_brackets.pop() + bracket in ("()", "[]", "{}"), "brackets do not match"
    assert not open_brackets, "an open bracket"
    commands = re.findall(r"\bsh '([^']*)'", text)
    assert commands
    for command in commands:
        shell(command, path)


def bazel(folder, watched):
    # Of Starlark, a file of calls with keyword arguments is Python too.
    calls = [statement.value for statement in ast.parse((folder / "BUILD.bazel").read_text()).body]
    sources = [source for call in calls for key in call.keywords if key.arg == "srcs" for source in ast.literal_eval(key.value)]
    for source in sources:
        assert os.access(folder / source, os.X_OK), source
        with tempfile.TemporaryDirectory() as outputs:
            environment = dict(os.environ, TEST_UNDECLARED_OUTPUTS_DIR=outputs, PATH=f"{pathlib.Path(TASKLEAK).parent}:{os.environ['PATH']}")
            subprocess.run([folder / source, watched, "leak"], env=environment, check=True, stderr=subprocess.DEVNULL)
            reports = [json.loads(report.read_text()) for report in pathlib.Path(outputs).glob("*.json")]
            assert [report["summary"]["leaks"] for report in reports] == [1], reports


def main():
    recipes = pathlib.Path(sys.argv[2])
    github(recipes / "github-actions.yml")
    gitlab(recipes / "gitlab-ci.yml")
    jenkins(recipes / "Jenkinsfile")
    bazel(recipes / "bazel", sys.argv[3])


if __name__ == "__main__":
    TASKLEAK = sys.argv[1]
    main()
