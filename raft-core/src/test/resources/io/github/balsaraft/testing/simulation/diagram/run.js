'use strict';
// The run as the page needs it: segments of each host's life, messages with their arrivals, and the state of a host at any time.
// Events are arrays: nanoseconds since the event before, kind, and then for each kind what `readers` below takes out.

const CHECKPOINT = 256;

function emptyPicture() {
  return {
    life: 0, up: false, term: 0, vote: '', role: '', leader: '', commit: 0, last: 0, lastTerm: 0, configurationIndex: 0,
    applied: 0, log: {base: 0, baseTerm: 0, durable: 0, terms: [], configurations: []},
  };
}

function copyPicture(p) {
  const log = p.log;
  return {...p, log: {...log, terms: log.terms.slice(), configurations: log.configurations.slice()}};
}

function changeLog(picture, change) {
  const log = picture.log;
  switch (change[0]) {
    case 'log':
      picture.log = {base: change[1], baseTerm: change[2], durable: change[4], terms: change[5].slice(),
        configurations: change[6].slice()};
      break;
    case 'configuration':
      log.configurations.push([change[1], change[4]]);
      // falls through: it is an entry, too
    case 'append': {
      const latest = log.terms[log.terms.length - 1];
      if (!latest || latest[1] !== change[3]) log.terms.push([change[1], change[3]]);
      break;
    }
    case 'truncate':
      log.terms = log.terms.filter(run => run[0] < change[1]);
      log.configurations = log.configurations.filter(kept => kept[0] < change[1]);
      log.durable = Math.min(log.durable, change[1] - 1);
      break;
    case 'compact': {
      const covering = log.terms.filter(run => run[0] <= change[1] + 1).pop();
      const later = log.terms.filter(run => run[0] > change[1] + 1);
      log.terms = covering && change[1] < picture.last ? [[change[1] + 1, covering[1]], ...later] : later;
      log.base = change[1];
      log.baseTerm = change[2];
      break;
    }
    case 'install':
      picture.log = {base: change[1], baseTerm: change[2], durable: log.durable, terms: [],
        configurations: [[change[3], change[4]]]};
      break;
    case 'written':
      log.durable = change[1];
      break;
  }
}

function changeState(picture, state) {
  [picture.term, picture.vote, picture.role, picture.leader, picture.commit, picture.last, picture.lastTerm,
    picture.configurationIndex] = state;
}

// Lets one event of a host change what is known of it.
function follow(picture, e) {
  switch (e.kind) {
    case 'before':
      picture.life = e.life;
      picture.up = e.up;
      picture.applied = e.applied;
      if (e.state) changeState(picture, e.state);
      changeLog(picture, e.change);
      break;
    case 'start':
      // The process before says nothing of this one: the disk may be another, and its first step tells all.
      Object.assign(picture, emptyPicture(), {life: e.life, up: true});
      break;
    case 'end':
      picture.up = false;
      break;
    case 'step':
      if (e.change.length) changeLog(picture, e.change);
      if (e.state) changeState(picture, e.state);
      break;
    case 'applied':
    case 'restored':
    case 'held':
      picture.applied = e.index;
      break;
  }
}

function firstAfter(list, t, time) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time(list[middle]) <= t) low = middle + 1; else high = middle;
  }
  return low;
}

const timeOf = e => e.t;

function readRun(data) {
  const run = {
    seed: data.seed, replay: data.replay, violation: data.violation, leftOut: data.leftOut, kinds: data.kinds,
    hosts: data.hosts.map((name, number) => (
      {name, number, events: [], segments: [], marks: [], pauses: [], cuts: [], checkpoints: []})),
    events: [], messages: [], operations: [], faults: [], violations: [], start: 0, end: 0,
  };
  const byNumber = new Map();
  const readers = {
    before: (e, a) => ({host: a[2], life: a[3], up: a[4], applied: a[5], change: a[6], state: a[7]}),
    start: (e, a) => ({host: a[2], life: a[3], text: 'process ' + a[3] + ' starts'}),
    end: (e, a) => ({host: a[2], text: 'process ends: ' + a[3]}),
    step: (e, a) => ({host: a[2], text: a[3], change: a[4], state: a[5]}),
    durable: (e, a) => ({host: a[2], text: 'durable on disk: ' + a[3], ranges: a[4]}),
    applied: (e, a) => ({host: a[2], index: a[3], term: a[4],
      text: 'applied ' + a[3] + '@' + a[4] + ': ' + a[5] + ' → ' + a[6]}),
    restored: (e, a) => ({host: a[2], index: a[3], text: 'restored from a snapshot up to ' + a[3]}),
    held: (e, a) => ({host: a[2], index: a[3], text: 'has found the state after ' + a[3] + '@' + a[4] + ' on its disk'}),
    // What it was told, and how long that was so: a process that ends is not paused any more.
    pause: (e, a) => ({host: a[2], nanos: a[4], text: !a[3] ? 'may go on'
      : 'paused for ' + span(a[3]) + (a[4] < a[3] ? ', and was it for ' + span(a[4]) : '')}),
    note: (e, a) => ({host: a[2], text: a[3]}),
    fault: (e, a) => ({text: a[2]}),
    violation: (e, a) => ({text: a[2]}),
    cut: (e, a) => ({from: a[2], to: a[3], text: 'cut: nothing gets from ' + data.hosts[a[2]] + ' to ' + data.hosts[a[3]]}),
    join: (e, a) => ({from: a[2], to: a[3], text: 'joined: ' + data.hosts[a[2]] + ' reaches ' + data.hosts[a[3]]}),
    sent: (e, a) => ({from: a[2], to: a[3], number: a[4], type: a[5], term: a[6], values: a[7], arrivals: [], losses: []}),
    arrived: (e, a) => ({from: a[2], to: a[3], number: a[4]}),
    lost: (e, a) => ({from: a[2], to: a[3], number: a[4]}),
    operation: (e, a) => ({client: a[2], from: a[3], to: a[4], text: a[5], outcome: a[6]}),
  };
  let t = 0;
  for (const a of data.events) {
    t += a[0];
    const e = readers[a[1]](null, a);
    e.t = t;
    e.kind = a[1];
    run.events.push(e);
    if (e.host >= 0) run.hosts[e.host].events.push(e);
    if (e.kind === 'sent') {
      byNumber.set(e.number, e);
      run.messages.push(e);
    } else if (e.kind === 'arrived' || e.kind === 'lost') {
      const sent = byNumber.get(e.number);
      e.message = sent;
      if (sent) (e.kind === 'lost' ? sent.losses : sent.arrivals).push(t);
    } else if (e.kind === 'operation') {
      run.operations.push(e);
    } else if (e.kind === 'fault') {
      run.faults.push(e);
    } else if (e.kind === 'violation') {
      run.violations.push(e);
    } else if (e.kind === 'pause') {
      if (e.nanos > 0) run.hosts[e.host].pauses.push(e);
    }
  }
  run.start = run.leftOut > 0 && run.events.length ? run.events[0].t : 0;
  run.end = Math.max(t, run.start + 1e6);
  if (run.violation && !run.violations.length) {
    run.violations.push({t: run.end, kind: 'violation', text: run.violation});
  }
  run.hosts.forEach(host => live(host, run));
  readCuts(run);
  stackOperations(run);
  run.flights = blocks(run.messages);
  return run;
}

// Segments in which a host's role, term, leader and being up stay as they are; marks where something happens to its log.
function live(host, run) {
  const picture = emptyPicture();
  let segment = null;
  host.events.forEach((e, i) => {
    if (i % CHECKPOINT === 0) host.checkpoints.push(copyPicture(picture));
    const before = {commit: picture.commit, last: picture.last, up: picture.up, role: picture.role};
    follow(picture, e);
    e.before = e.kind === 'step' ? before : undefined;
    const same = segment && segment.up === picture.up && segment.role === picture.role && segment.term === picture.term
      && segment.leader === picture.leader && segment.life === picture.life;
    if (!same) {
      if (segment) segment.t1 = e.t;
      segment = {t0: e.t, t1: run.end, up: picture.up, role: picture.role, term: picture.term, leader: picture.leader,
        life: picture.life};
      host.segments.push(segment);
    }
    const mark = markOf(e, picture, before);
    if (mark) host.marks.push(mark);
  });
}

// What is drawn at a host's lane for an event: a sign, a short word, whether it matters from afar, and above or below the band.
function markOf(e, picture, before) {
  const mark = (sign, word, weight, above) => ({t: e.t, e, sign, word, weight, above});
  switch (e.kind) {
    case 'start': return mark('▶', 'start ' + e.life, 3, true);
    case 'end': return mark('✖', e.text.replace('process ends: ', ''), 3, true);
    case 'note': return mark('■', e.text, 2, true);
    case 'pause': return e.nanos > 0 ? mark('‖', 'pause', 2, true) : null;
    case 'applied': return mark('●', 'applied ' + e.index, 0, false);
    case 'restored': return mark('↻', 'restored ' + e.index, 2, true);
    case 'held': return e.index > 0 ? mark('↻', 'on disk ' + e.index, 2, true) : null;
    case 'durable': return e.ranges.length > 1
      ? mark('▂', 'durable ' + range(e.ranges[1], e.ranges[e.ranges.length - 1]), 0, false) : null;
    case 'step':
      if (e.change[0] === 'append') return mark('+', 'append ' + range(e.change[1], e.change[2]), 0, true);
      if (e.change[0] === 'configuration') return mark('⚙', 'configuration ' + e.change[1], 2, true);
      if (e.change[0] === 'truncate') return mark('✂', 'truncate from ' + e.change[1], 2, true);
      if (e.change[0] === 'install') return mark('⇩', 'snapshot ' + e.change[1], 2, true);
      if (e.change[0] === 'compact') return mark('▤', 'compact ' + e.change[1], 1, true);
      if (picture.commit > before.commit) return mark('✓', 'commit ' + picture.commit, 0, false);
      if (picture.role === 'LEADER' && before.role !== 'LEADER') return mark('★', 'leads', 2, true);
      if (e.text.startsWith('voted')) return mark('◆', e.text, 1, true);
      return null;
  }
  return null;
}

const range = (first, last) => first === last ? '' + first : first + '–' + last;

function readCuts(run) {
  const open = run.hosts.map(() => ({out: new Set(), in: new Set()}));
  const since = run.hosts.map(() => run.start);
  const close = (h, t) => {
    const cut = open[h];
    if ((cut.out.size || cut.in.size) && t > since[h]) {
      const names = set => [...set].sort((a, b) => a - b).map(other => run.hosts[other].name);
      run.hosts[h].cuts.push({t0: since[h], t1: t, out: names(cut.out), in: names(cut.in)});
    }
    since[h] = t;
  };
  for (const e of run.events) {
    if (e.kind !== 'cut' && e.kind !== 'join') continue;
    close(e.from, e.t);
    close(e.to, e.t);
    if (e.kind === 'cut') {
      open[e.from].out.add(e.to);
      open[e.to].in.add(e.from);
    } else {
      open[e.from].out.delete(e.to);
      open[e.to].in.delete(e.from);
    }
  }
  run.hosts.forEach((host, h) => close(h, run.end));
}

function stackOperations(run) {
  const ends = [];
  run.operations.sort((a, b) => a.from - b.from);
  run.operations.forEach(o => {
    const end = o.to < 0 ? run.end : o.to;
    let row = ends.findIndex(t => t < o.from);
    if (row < 0) row = ends.length < 5 ? ends.length : ends.indexOf(Math.min(...ends));
    ends[row] = Math.max(ends[row] || 0, end);
    o.row = row;
    o.end = end;
  });
  run.operationRows = Math.max(1, ends.length);
  run.longestOperation = run.operations.reduce((most, o) => Math.max(most, o.end - o.from), 0);
}

// When a message is heard of for the last time.
const landed = m => {
  let last = m.t;
  for (const t of m.arrivals) if (t > last) last = t;
  for (const t of m.losses) if (t > last) last = t;
  return last;
};

// Blocks of messages and when the last of each block lands, so that those in sight are found without a look at all others.
function blocks(messages) {
  const found = [];
  for (let from = 0; from < messages.length; from += CHECKPOINT) {
    const to = Math.min(messages.length, from + CHECKPOINT);
    let last = 0;
    for (let i = from; i < to; i++) last = Math.max(last, landed(messages[i]));
    found.push({from, to, t0: messages[from].t, t1: last});
  }
  return found;
}

function eachMessageBetween(run, t0, t1, take) {
  for (const block of run.flights) {
    if (block.t0 > t1) break;
    if (block.t1 < t0) continue;
    for (let i = block.from; i < block.to; i++) {
      if (run.messages[i].t > t1) break;
      take(run.messages[i]);
    }
  }
}

// What a host was like at a moment.
function pictureAt(host, t) {
  const count = firstAfter(host.events, t, timeOf);
  if (count === 0) return null;
  const checkpoint = (count - 1) / CHECKPOINT | 0;
  const picture = copyPicture(host.checkpoints[checkpoint]);
  for (let i = checkpoint * CHECKPOINT; i < count; i++) follow(picture, host.events[i]);
  picture.latest = host.events[count - 1];
  return picture;
}

function span(nanos) {
  const abs = Math.abs(nanos);
  if (abs >= 1e9) return +(nanos / 1e9).toFixed(3) + ' s';
  if (abs >= 1e6) return +(nanos / 1e6).toFixed(3) + ' ms';
  return +(nanos / 1e3).toFixed(3) + ' µs';
}

const clock = nanos => (nanos / 1e9).toFixed(6) + ' s';

function typeOf(run, message) {
  return run.kinds[message.type][0];
}

// The fields of a message, by name.
function fieldsOf(run, message) {
  return message.values.map((value, i) => [run.kinds[message.type][i + 1], value]);
}

const plain = value => value === null ? '–'
  : Array.isArray(value) ? (value.length ? value.map(plain).join(', ') : 'none')
  : typeof value === 'object' ? ('first' in value
    ? value.type + ' ' + range(value.first, value.last) + '@' + value.term
    : 'index' in value && 'term' in value ? value.index + '@' + value.term
    : Object.entries(value).map(([name, item]) => name + '=' + plain(item)).join(' '))
  : String(value);
