#!/usr/bin/env python3
"""Opens HTML reports in Chromium, as files, and uses them: they render, filter, fold, and say nothing on the console.

Usage: check_html.py TASKLEAK_PROGRAM

Without Chromium it exits with 77, which CTest takes for a skipped test.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parent.parent / "support"))
import browser as chromium  # noqa: E402


def group(number):
    frames = [{"function": f"pool::Worker{number}::Run()", "file": "pool.cc", "line": number + 1, "module": "pool_test"}]
    return {"kind": "thread", "count": 2, "signature": f"{number:012x}", "state": "condvar", "detail": "<b>&", "origin": f"Pool.Test{number}",
            "deadlock": number == 0, "units": [{"id": 100 + number, "name": f"worker-{number}", "state": "condvar", "age_ms": 5}],
            "stack": frames, "created_by": frames, "ignore": [f"thread_name:worker-{number}"]}


def document(count):
    edges = [{"waiter": a, "waiter_name": f"t{a}", "holder": 3 - a, "holder_name": f"t{3 - a}", "state": "mutex", "waits_at": "0x10",
              "waiter_stack": [], "holder_stack": []} for a in (1, 2)]
    tests = [{"test": f"Pool.Test{i}", "verdict": "leak", "waited_ms": 10, "groups": [group(i)],
              "deadlocks": [{"kind": "cycle", "edges": edges}] if i == 0 else []} for i in range(count)]
    return {"taskleak": "0.1.0", "schema": 1, "tests": tests, "notes": ["a note"],
            "checked": [{"test": f"Pool.Test{i}", "ended_ms": i, "times": 1} for i in range(count)]}


SHOWN = "[...document.querySelectorAll('details.group')].filter(each => each.offsetParent !== null).length"
OPEN = "[...document.querySelectorAll('details.group')].filter(each => each.open).length"
STACKS = "document.querySelectorAll('details.group[open] table.stack').length"


def set_filter(text):
    return f"(() => {{ const f = document.getElementById('filter'); f.value = {json.dumps(text)}; f.dispatchEvent(new Event('input')); }})()"


def check(browser, path, count):
    def expect(what, expression, expected):
        answer = browser.ask(expression)
        if answer != expected:
            sys.exit(f"{count} groups: {what}: {answer!r}, and not {expected!r}")

    browser.open(path.as_uri())
    expect("shown at first", SHOWN, count)
    expect("the summary", "document.getElementById('summary').textContent.split(',')[0]", f"{count} leak{'' if count == 1 else 's'}")
    expect("rows of the timeline", "document.querySelectorAll('#timeline .row').length", min(count, 500))
    expect("circles of the deadlock", "document.querySelectorAll('#deadlocks circle').length", 2)
    expect("markup from the report", "document.querySelectorAll('#groups b').length", 0)

    last = count - 1
    browser.ask(set_filter(f"worker-{last} pool::worker{last}"))
    expect("shown with a filter", SHOWN, 1)
    browser.ask(set_filter("nothing has this"))
    expect("shown with a filter for nothing", SHOWN, 0)
    browser.key("Escape")
    expect("shown after Escape", SHOWN, count)

    expect("unfolded at first", OPEN, 0)
    browser.ask("document.getElementById('unfold').click()")
    expect("unfolded", OPEN, count)
    browser.ask("new Promise(done => setTimeout(done))")
    expect("stacks of those", STACKS, 2 * count)
    browser.ask("document.getElementById('fold').click()")
    expect("folded again", OPEN, 0)

    browser.key("j")
    browser.key("Enter")
    expect("unfolded by the keyboard", OPEN, 1)
    browser.key("/")
    expect("focus after /", "document.activeElement.id", "filter")

    colors = [browser.ask("document.getElementById('theme').click(); getComputedStyle(document.body).backgroundColor") for _ in range(2)]
    if colors[0] == colors[1]:
        sys.exit(f"dark and light are the same: {colors}")
    if browser.complaints():
        sys.exit(f"{count} groups: the console has {browser.complaints()}")


def main():
    program = chromium.find()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = chromium.Browser(program, pathlib.Path(folder) / "profile")
        for count in (1, 2000):
            report, page = pathlib.Path(folder) / "report.json", pathlib.Path(folder) / f"{count}.html"
            report.write_text(json.dumps(document(count)))
            subprocess.run([sys.argv[1], "report", "--format=html", f"--output={page}", report], check=False)
            check(browser, page, count)
            print(f"{count}: renders, filters, folds, nothing on the console")
        browser.close()


if __name__ == "__main__":
    main()
