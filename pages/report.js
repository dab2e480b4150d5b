// The report of a run: its leaks, deadlocks and timeline.

const nameOfTest = test => test || '(no name)';
const isLook = test => test.verdict === 'alive';  // at everything, without a judgement
const isWhole = name => name === 'the whole run' || name.endsWith(' (the whole suite)');

// ---- rows ----

const kStatus = {new: 'new', grew: 'more than known', known: 'known'};

function badgesOf(row, test) {
  const pool = row.part_of && entries.find(entry => entry.row.signature === row.part_of && entry.row.test === row.test);
  return [row.deadlock && badge('deadlock', 'bad'), test.verdict === 'hang' && badge(test.phase ? `hangs in ${test.phase}` : 'in a test that hangs', 'bad'),
          row.status && badge(kStatus[row.status], row.status === 'known' ? '' : 'new'), pool && badge('jobs of a pool')].filter(Boolean);
}
function testCell(row, test) {
  const facts = [row.kind !== 'descriptor' && `alive for ${ages(row)}`, row.seen > 1 && `in ${row.seen} runs`].filter(Boolean);
  return cell(isLook(test) ? 'seen in' : 'in test', nameOfTest(test.test), facts.join(', '), test.test);
}
function bodyOfReportRow(row) {
  const pool = row.part_of && entries.find(entry => entry.row.signature === row.part_of && entry.row.test === row.test);
  return [pool && make('p', {}, 'These are jobs of a pool. Its threads are ', make('a', {href: `#${pool.key}`}, 'another row'), '.'), ...bodyOf(row)];
}
const weight = row => [row.deadlock, data.tests[row.test].verdict === 'hang', row.status === 'new' || row.status === 'grew', row.count].map(Number);
function byWeight(a, b) {
  const [left, right] = [weight(a), weight(b)];
  const at = left.findIndex((each, i) => each !== right[i]);
  return at < 0 ? 0 : right[at] - left[at];
}
for (const row of data.rows.sort(byWeight)) {
  const test = data.tests[row.test];
  addEntry({
    key: `row-${entries.length}`, row, test, badges: badgesOf(row, test),
    cells: () => [countCell(row), creatorCell(row), waitsInCell(row), waitsForCell(row), testCell(row, test)],
    body: () => bodyOfReportRow(row),
    searchText: () => `${test.test} ${row.status ? kStatus[row.status] : ''} ${test.verdict === 'hang' ? 'hang' : ''} ${searchTextOf(row)}`,
  });
}

const kGroupings = {
  creator: ({row}) => {
    const frame = ownFrame(row.created_by);
    return frame ? {key: `${plainName(frame.name)} ${frame.file}`, title: make('code', {}, shorten(plainName(frame.name), 100)), sub: frame.file && shortFile(frame.file)}
                 : {key: row.signature, title: 'The code that created them is not known'};
  },
  test: ({test}) => ({key: test.test, title: nameOfTest(test.test)}),
  none: entry => ({key: entry.key}),
};

// ---- the head ----

// Returns "threads and descriptors": what there is.
function nounsOf(rows, count) {
  const nouns = [...new Set(rows.map(row => plural(count, kNouns[row.kind]).replace(/^\d+ /, '')))];
  return nouns.length < 2 ? nouns[0] || 'threads and tasks' : `${nouns.slice(0, -1).join(', ')} and ${nouns.at(-1)}`;
}
const looked = data.tests.length > 0 && data.tests.every(isLook);
const counted = entries.filter(entry => looked || !isLook(entry.test)).map(entry => entry.row);  // what is alive beside leaks is not
const units = counted.reduce((sum, row) => sum + row.count, 0);
const unseen = data.tests.filter(test => test.could_not_look);
const deadlocks = data.tests.flatMap(test => test.deadlocks.map(deadlock => ({test, deadlock})));
const hangs = data.tests.filter(test => test.verdict === 'hang').length;
const withLeaks = new Set(counted.map(row => data.tests[row.test].test)).size;
const {baseline} = data;
heading(looked ? 'What is alive' : 'Leaks', [
  looked ? fact(data.tests.length, data.tests.length === 1 ? 'look' : 'looks') : fact(data.looks, data.looks === 1 ? 'check' : 'checks'),
  !looked && fact(withLeaks, withLeaks === 1 ? 'test that leaks' : 'tests that leak', withLeaks ? 'bad' : 'good'),
  fact(counted.length, looked ? (counted.length === 1 ? 'group' : 'groups') : counted.length === 1 ? 'leak' : 'leaks', !looked && counted.length ? 'bad' : ''),
  fact(units, nounsOf(counted, units)),
  deadlocks.length > 0 && fact(deadlocks.length, deadlocks.length === 1 ? 'deadlock' : 'deadlocks', 'bad'),
  hangs > 0 && fact(hangs, hangs === 1 ? 'test that hangs' : 'tests that hang', 'bad'),
  unseen.length > 0 && fact(unseen.length, unseen.length === 1 ? 'test that could not be checked' : 'tests that could not be checked', 'bad'),
].filter(Boolean),
    baseline && make('p', {class: 'baseline'}, `Against ${baseline.file}: `, make('b', {class: baseline.fresh ? 'bad' : ''}, `${baseline.fresh} new`),
                     ', ', make('b', {class: baseline.grew ? 'bad' : ''}, `${baseline.grew} with more than known`), `, ${baseline.known} known, ${baseline.gone} gone.`));

const grouping = make('select', {id: 'grouping', on: {change: () => group()}}, make('option', {value: 'creator'}, 'creator'),
                      make('option', {value: 'test'}, 'test'), make('option', {value: 'none'}, 'importance only'));
byId('main').append(toolbar('words of a test, thread, function, file', labeled('Group by', grouping)));

for (const test of unseen)
  byId('main').append(make('p', {class: 'bad', role: 'alert'}, `Could not check ${nameOfTest(test.test)}: ${test.could_not_look}`));

// ---- deadlocks ----

if (deadlocks.length) {
  const ofUnit = new Map(entries.flatMap(entry => entry.row.ids.map(id => [`${entry.row.test} ${kNouns[entry.row.kind]} ${id}`, entry])));
  const graphs = deadlocks.map(({test, deadlock}) => make('figure', {class: 'deadlock'},
      make('figcaption', {}, isLook(test) ? test.test : `${test.verdict === 'hang' ? 'In' : 'After'} ${nameOfTest(test.test)}`),
      deadlockGraph(deadlock, (noun, id) => ofUnit.get(`${data.tests.indexOf(test)} ${noun} ${id}`))));
  section('deadlocks', 'Deadlocks', make('div', {class: 'graphs'}, graphs));
}

// ---- leaks ----

const rows = make('div', {class: 'rows'}, entries.length === 0 && make('p', {}, 'No leaks.'));
section('groups', looked ? 'Alive' : 'Leaks', rows);
function group() {
  if (!entries.length) return;
  rows.dataset.by = grouping.value;
  showRows(rows, ['How many', 'Created by', 'Waits in', 'Waits for', looked ? 'Look' : 'Test'], kGroupings[grouping.value]);
  applyFilter();
}
group();

// ---- timeline: the tests in the order of time, and below each the leaks that started in it ----

const kMostTests = 200;
const seconds = ms => `${(ms / 1000).toFixed(ms < 100000 ? 2 : 0)} s`;

// Returns each test with its begin and end. Tests of one run follow each other. If the reports of several runs were merged, only the ends are known,
// each since the begin of its own run.
const isOneRun = checked => checked.every((each, i) => i === 0 || each.ended_ms >= checked[i - 1].ended_ms);
function testsInTime() {
  const all = data.checked.filter(each => !isWhole(each.test));
  const oneRun = isOneRun(all);
  return all.map((each, i) => ({name: each.test, end: each.ended_ms, begin: oneRun ? (i ? all[i - 1].ended_ms : 0) : each.ended_ms}));
}
function track(begin, end, last, kind) {
  const left = 100 * begin / last, width = Math.max(100 * (end - begin) / last, 0.4);
  return make('span', {class: 'track'}, make('span', {class: kind, style: `left:${Math.min(left, 99.6)}%;width:${Math.min(width, 100 - Math.min(left, 99.6))}%`}));
}
function leakItem(entry, noticed, last) {
  const frame = ownFrame(entry.row.created_by) || ownFrame(entry.row.places[0].stack);
  const started = Math.max(0, noticed - entry.row.oldest_ms);
  const name = `${entry.row.count} × ${frame ? shorten(plainName(frame.name), 40) : kNouns[entry.row.kind]}`;
  return make('li', {class: 'leak'}, make('a', {href: `#${entry.key}`, title: frame ? frame.name : ''},
      make('span', {class: 'name'}, name, make('span', {class: 'sub'}, ` since ${seconds(started)}`)), track(started, last, last, entry.row.deadlock ? 'bar dead' : 'bar')));
}
const testItem = (test, last) => make('li', {class: 'test'}, make('span', {}, nameOfTest(test.name),
    make('span', {class: 'sub'}, test.begin < test.end ? ` ${seconds(test.begin)} to ${seconds(test.end)}` : ` until ${seconds(test.end)}`)), track(test.begin, test.end, last, 'span'));
function cleanItem(tests, last) {
  if (tests.length < 3) return tests.map(test => testItem(test, last));
  const list = make('ol', {class: 'clean'});
  const fill = () => list.children.length || list.append(...tests.map(test => testItem(test, last)));
  return make('li', {class: 'folded'}, make('details', {on: {toggle: fill}}, make('summary', {}, `${tests.length} tests without leaks`,
      make('span', {class: 'sub'}, ` ${seconds(tests[0].begin)} to ${seconds(tests.at(-1).end)}`)), list));
}
function timeline() {
  const tests = testsInTime(), byName = new Map(tests.map(test => [test.name, test]));
  if (!tests.length || !entries.length || looked) return;
  const last = Math.max(1, ...data.checked.map(each => each.ended_ms));
  const started = new Map(), others = new Map();  // functions that make their lines, by the test above them
  for (const entry of entries.filter(entry => !isLook(entry.test))) {
    const noticed = byName.get(entry.test.test), home = byName.get(entry.row.origin) || noticed;
    const item = () => leakItem(entry, noticed ? noticed.end : last, last);
    const under = home ? started : others, name = home ? home.name : entry.test.test;
    under.set(name, [...(under.get(name) || []), item]);
  }
  const items = [];
  let clean = [];
  const flush = () => {
    const some = clean;
    if (some.length) items.push(() => cleanItem(some, last));
    clean = [];
  };
  for (const test of tests) {
    if (!started.has(test.name)) {
      clean.push(test);
      continue;
    }
    flush();
    items.push(() => [testItem(test, last), ...started.get(test.name).map(item => item())]);
  }
  flush();
  for (const [name, made] of others) items.push(() => [make('li', {class: 'test'}, make('span', {}, nameOfTest(name))), ...made.map(item => item())]);
  const list = make('ol', {class: 'timeline'}, items.slice(0, kMostTests).flatMap(item => item()));
  const rest = items.slice(kMostTests);
  const more = rest.length > 0 && button(`Show all ${items.length} lines`, () => {
    list.append(...rest.flatMap(item => item()));
    more.remove();
  });
  section('timeline', 'Timeline', make('p', {class: 'sub'}, (isOneRun(data.checked) ? 'Tests in the order of time.' : 'Tests of several runs; the time of each counts from the start of its run.') +
      ' Each bar is a leak, from its start to the end of the run.'),
          make('div', {class: 'axis', 'aria-hidden': 'true'}, [0, 0.25, 0.5, 0.75, 1].map(part => make('span', {}, seconds(part * last)))), list, more);
}
setTimeout(() => {  // the top of the page is painted first
  timeline();
  notes(data.notes);
});
if (location.hash) showRow(location.hash.slice(1));
