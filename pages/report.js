'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id);

// An element with attributes and children; text only ever becomes text.
function make(tag, attributes, ...children) {
  const svg = ['svg', 'circle', 'path', 'text', 'marker', 'defs', 'title'].includes(tag);
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  for (const child of children) element.append(child);
  return element;
}
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const nameOfTest = test => test || '(no name)';
const isLook = test => test.verdict === 'alive';  // at everything, which judges nothing

// ---- one group ----
function namesOf(group) {
  const names = [...new Set((group.units || []).map(unit => unit.name).filter(Boolean))];
  return names.slice(0, 4).map(name => `"${name}"`).join(', ') + (names.length > 4 ? ', ...' : '');
}
function frameName(frame) {
  return frame.function || `${frame.module || '(unknown)'}+0x${(frame.module_offset || 0).toString(16)}`;
}
function stackTable(frames) {
  const table = make('table', {class: 'stack'});
  for (const frame of frames) {
    const place = frame.file ? frame.file + (frame.line ? `:${frame.line}` : '') : frame.module || '';
    const remarks = (frame.inlined ? ' (inlined)' : '') + (frame.guessed ? ' (guessed)' : '');
    table.append(make('tr', {class: frame.runtime ? 'runtime' : 'own'},
                      make('td', {class: 'function'}, frameName(frame)), make('td', {}, place + remarks)));
    const snippet = data.snippets[`${frame.file}:${frame.line}`];
    if (snippet && snippet.length && !frame.runtime)
      table.append(make('tr', {}, make('td', {colspan: 2}, make('pre', {}, snippet.join('\n')))));
  }
  return table;
}
function fillGroup(body, entry) {
  const {group} = entry;
  const say = (...parts) => body.append(make('p', {class: 'dim'}, ...parts));
  const ids = (group.units || []).map(unit => unit.id);
  say(`ids ${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ', ...' : ''}; signature `, make('code', {}, group.signature || ''));
  if (group.created_by && group.created_by.length) {
    say(`created in ${group.origin || 'an unknown test'} by`);
    body.append(stackTable(group.created_by));
  } else if (group.origin) {
    say(`created in ${group.origin}`);
  }
  const places = group.places && group.places.length ? group.places : [group];
  for (const place of places) {
    say(`${place.count} at, ${place.state}${place.detail ? ': ' + place.detail : ''}`);
    body.append(stackTable(place.stack || []));
  }
  if (group.stack_missing) say(`missing: ${group.stack_missing}`);
  if (group.hint) say(`hint: ${group.hint}`);
  for (const rule of group.ignore || []) say('ignore: ', make('code', {}, rule));
}
function groupElement(entry) {
  const {group, test} = entry;
  const summary = make('summary', {},
      make('span', {class: 'count'}, plural(group.count || 0, group.kind === 'task' ? 'task' : 'thread')),
      ` ${namesOf(group)} `, group.deadlock ? make('span', {class: 'bad'}, 'deadlock ') : '',
      `${group.kind === 'unjoined_thread' ? 'ended, not joined' : group.state || ''} `,
      make('span', {class: 'test'}, isLook(test) ? test.test : `${test.verdict === 'hang' ? 'in hanging' : 'after'} ${nameOfTest(test.test)}`));
  const details = make('details', {class: 'group', id: `group-${entry.index}`}, summary);
  details.addEventListener('toggle', () => {
    if (!details.open || details.children.length > 1) return;
    const body = make('div');
    fillGroup(body, entry);
    details.append(body);
  });
  return details;
}
function searchText(entry) {
  const {group, test} = entry;
  const frames = [...(group.stack || []), ...(group.created_by || []), ...(group.places || []).flatMap(place => place.stack || [])];
  return [test.test, group.kind, group.state, group.detail, group.signature, group.origin, group.deadlock ? 'deadlock' : '',
          ...(group.units || []).map(unit => `${unit.name} ${unit.id}`), ...frames.map(frame => `${frame.function} ${frame.file}`)]
      .join(' ').toLowerCase();
}

const entries = data.tests.flatMap(test => test.groups.map(group => ({group, test})));
entries.forEach((entry, index) => {
  entry.index = index;
  entry.text = searchText(entry);
  entry.element = groupElement(entry);
  byId('groups').append(entry.element);
});
for (const test of data.tests.filter(each => each.could_not_look))
  byId('groups').append(make('p', {class: 'bad'}, `could not look after ${nameOfTest(test.test)}: ${test.could_not_look}`));
if (!entries.length) byId('groups').append(make('p', {}, 'No leaks.'));

// ---- deadlocks: who waits for whom, in a circle ----
function deadlockGraph(deadlock) {
  const names = new Map();
  for (const edge of deadlock.edges) {
    names.set(edge.waiter, edge.waiter_name);
    names.set(edge.holder, edge.holder_name + (edge.holder_ended ? ' (ended)' : ''));
  }
  const size = 360, middle = size / 2, radius = names.size > 1 ? 110 : 0, node = 26;
  const at = new Map([...names.keys()].map((id, i) => {
    const angle = i / names.size * 2 * Math.PI - Math.PI / 2;
    return [id, {x: middle + radius * Math.cos(angle), y: middle + radius * Math.sin(angle)}];
  }));
  const svg = make('svg', {viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: 'img'}, make('title', {},
      deadlock.edges.map(edge => `${edge.waiter_name} waits for ${edge.holder_name}`).join('; ')));
  svg.append(make('defs', {}, make('marker', {id: 'tip', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, orient: 'auto'},
                                   make('path', {d: 'M0 0 L8 4 L0 8 z'}))));
  for (const edge of deadlock.edges) {
    const from = at.get(edge.waiter), to = at.get(edge.holder);
    const dx = to.x - from.x, dy = to.y - from.y, length = Math.hypot(dx, dy);
    if (length === 0) {
      svg.append(make('path', {d: `M${from.x - 10} ${from.y - node} C${from.x - 60} ${from.y - 110} ${from.x + 60} ${from.y - 110} ${from.x + 10} ${from.y - node}`, 'marker-end': 'url(#tip)'}));
      continue;
    }
    const ux = dx / length, uy = dy / length, bend = 18;
    const mx = (from.x + to.x) / 2 - uy * bend, my = (from.y + to.y) / 2 + ux * bend;
    svg.append(make('path', {d: `M${from.x + ux * node} ${from.y + uy * node} Q${mx} ${my} ${to.x - ux * node} ${to.y - uy * node}`, 'marker-end': 'url(#tip)'}));
    svg.append(make('text', {x: mx - uy * bend, y: my + ux * bend, 'text-anchor': 'middle'}, `${edge.state} ${edge.waits_at || ''}`));
  }
  for (const [id, place] of at) {
    svg.append(make('circle', {cx: place.x, cy: place.y, r: node}));
    svg.append(make('text', {x: place.x, y: place.y + 4, 'text-anchor': 'middle'}, String(id)));
    svg.append(make('text', {x: place.x, y: place.y + node + 14, 'text-anchor': 'middle'}, names.get(id) || ''));
  }
  return svg;
}
for (const test of data.tests) {
  for (const deadlock of (test.deadlocks || []).filter(each => each.edges && each.edges.length)) {
    byId('deadlocks').hidden = false;
    byId('deadlocks').append(make('p', {class: 'dim'}, nameOfTest(test.test)), deadlockGraph(deadlock));
  }
}

// ---- timeline: one column for each test, one row for each group ----
const kMostRows = 500;
function timeline() {
  const tests = data.checked.map(each => each.test).filter(test => !test.endsWith(' (the whole suite)') && test !== 'the whole run');
  if (!tests.length || !entries.length) return;
  const column = new Map(tests.map((test, i) => [test, i]));
  const percent = value => `${value / tests.length * 100}%`;
  const section = byId('timeline');
  section.hidden = false;
  section.append(make('p', {class: 'dim'}, 'From the test a thread or task was born in to the end of the run; the mark stands where it was noticed.'));
  for (const entry of entries.slice(0, kMostRows)) {
    const noticed = column.has(entry.test.test) ? column.get(entry.test.test) : tests.length - 1;
    const born = column.has(entry.group.origin) ? column.get(entry.group.origin) : noticed;
    const outlived = tests.length - 1 - born;
    const title = `born in ${tests[born]}, noticed after ${nameOfTest(entry.test.test)}, outlived ${plural(outlived, 'later test')}`;
    const button = make('button', {type: 'button', title}, `${entry.group.count} ${namesOf(entry.group) || entry.group.kind}`);
    button.addEventListener('click', () => { entry.element.open = true; focusGroup(entry); });
    entry.row = make('div', {class: 'row'}, button, make('div', {class: 'track', title},
        make('div', {class: 'bar', style: `left:${percent(born)};right:0`}),
        make('div', {class: 'noticed', style: `left:${percent(noticed + 1)}`})));
    section.append(entry.row);
  }
  section.append(make('div', {class: 'axis dim'}, make('span', {}, tests[0]), make('span', {}, tests[tests.length - 1])));
  if (entries.length > kMostRows) section.append(make('p', {class: 'dim'}, `and ${entries.length - kMostRows} more`));
}
timeline();

// ---- filter, folding, keys ----
const visible = () => entries.filter(entry => !entry.element.hidden);
function applyFilter() {
  const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    entry.element.hidden = !words.every(word => entry.text.includes(word));
    if (entry.row) entry.row.style.display = entry.element.hidden ? 'none' : '';
  }
  byId('shown').textContent = `${visible().length} of ${plural(entries.length, 'group')}`;
}
function focusGroup(entry) {
  entry.element.firstChild.focus();
  entry.element.scrollIntoView({block: 'center'});
}
function move(step) {
  const shown = visible();
  if (!shown.length) return;
  const at = shown.findIndex(entry => entry.element.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + step, 0), shown.length - 1);
  focusGroup(shown[next]);
}
byId('filter').addEventListener('input', applyFilter);
byId('unfold').addEventListener('click', () => visible().forEach(entry => { entry.element.open = true; }));
byId('fold').addEventListener('click', () => visible().forEach(entry => { entry.element.open = false; }));
byId('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === 'Escape') {
    byId('filter').value = '';
    applyFilter();
    byId('filter').blur();
  } else if (event.target.tagName === 'INPUT') {
    return;
  } else if (event.key === '/') {
    event.preventDefault();
    byId('filter').focus();
  } else if (event.key === 'j') {
    move(1);
  } else if (event.key === 'k') {
    move(-1);
  }
});

const units = entries.reduce((sum, entry) => sum + (entry.group.count || 0), 0);
byId('summary').textContent = data.tests.length && data.tests.every(isLook)
    ? `${plural(units, 'unit')} alive, ${plural(entries.length, 'group')}, ${plural(data.tests.length, 'look')}`
    : `${plural(entries.length, 'leak')}, ${plural(units, 'unit')}, ${plural(data.tests.length, 'leaking test')} of ${plural(data.looks, 'check')}`;
byId('notes').hidden = !data.notes.length;
for (const note of data.notes) byId('notes').querySelector('ul').append(make('li', {}, note));
applyFilter();
