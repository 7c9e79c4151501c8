'use strict';
// What things look like. Colours never stand alone: terms are written, roles hatched, kinds of messages dashed in their own way.

const LABELS = 92;     // pixels left of the lanes
const AXIS = 24;
const FAULTS = 26;
const BAND = 26;
const MANY = 12000;    // messages in sight beyond which only some are drawn

const TERM_COLOURS = [[205, 70], [32, 85], [152, 50], [320, 50], [52, 80], [265, 50], [185, 65], [5, 65]];

const GROUPS = [
  {name: 'Entries', test: /^AppendEntries/, light: '#0b57d0', dark: '#8ab4f8', dash: []},
  {name: 'Votes', test: /^(RequestVote|VoteResponse)$/, light: '#b3261e', dark: '#ff8a80', dash: []},
  {name: 'Pre-votes', test: /PreVote/, light: '#a04d00', dark: '#ffb870', dash: [2, 3]},
  {name: 'Snapshots', test: /Snapshot|FetchEntries/, light: '#00695c', dark: '#63d2c1', dash: [10, 3]},
  {name: 'Reads', test: /ReadIndex/, light: '#6a1b9a', dark: '#d3a4f0', dash: [6, 3]},
  {name: 'Transfers', test: /TimeoutNow|Transfer/, light: '#ad1457', dark: '#f48fb1', dash: [8, 2, 2, 2]},
  {name: 'Forwarded', test: /^Forwarded/, light: '#33691e', dark: '#aed581', dash: [4, 2]},
  {name: 'Birth and removal', test: /^(Birth|Join|Removed)/, light: '#795548', dark: '#c9ada4', dash: [3, 3]},
  {name: 'Heartbeats', test: /^Heartbeat/, light: '#6b7680', dark: '#8a949e', dash: [1, 3], off: true},
  {name: 'Others', test: /./, light: '#444444', dark: '#bbbbbb', dash: [5, 5]},
];

const isAnswer = name => /Response|Answer|Outcomes/.test(name);

function themeColours(dark) {
  return dark
    ? {bg: '#15181c', fg: '#e6e9ec', soft: '#9aa4af', line: '#343b43', lane: '#1d2126', down: '#0a0b0d', downInk: '#59626c', bad: '#ff8a80',
      cut: '#ffb870', pause: '#b0a0ff', op: '#3d5a45', opInk: '#d8f0dc', mark: '#ffe066'}
    : {bg: '#ffffff', fg: '#1b1f24', soft: '#5b6570', line: '#d5dae0', lane: '#f5f7f9', down: '#c9ced4', downInk: '#6c757e', bad: '#b3261e',
      cut: '#b35c00', pause: '#5140b8', op: '#cfe8d4', opInk: '#15351d', mark: '#e0a800'};
}

function termColour(term, strength, dark) {
  if (!term) return dark ? '#2a2f35' : '#e8ebee';
  const [hue, saturation] = TERM_COLOURS[term % TERM_COLOURS.length];
  const lightness = dark ? [24, 34, 52][strength] : [90, 80, 62][strength];
  return `hsl(${hue} ${saturation * (strength === 2 ? 1 : 0.8)}% ${lightness}%)`;
}

function hatch(c, x, y, w, h, gap, colour, both) {
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.beginPath();
  const from = Math.floor((x - h) / gap) * gap;
  for (let i = from; i < x + w; i += gap) {
    c.moveTo(i, y + h);
    c.lineTo(i + h, y);
    if (both) {
      c.moveTo(i, y);
      c.lineTo(i + h, y + h);
    }
  }
  c.strokeStyle = colour;
  c.lineWidth = 1;
  c.stroke();
  c.restore();
}

function bandOf(c, segment, x, y, w, h, dark, colours) {
  if (!segment.up) {
    c.fillStyle = colours.down;
    c.fillRect(x, y, w, h);
    hatch(c, x, y, w, h, 8, colours.downInk, true);
    return;
  }
  const strength = segment.role === 'LEADER' ? 2 : /CANDIDATE/.test(segment.role) ? 1 : 0;
  c.fillStyle = termColour(segment.term, strength, dark);
  c.fillRect(x, y, w, h);
  if (strength === 2) {
    c.fillStyle = dark ? '#ffffff' : '#111111';
    c.fillRect(x, y, w, 3);
    c.fillRect(x, y + h - 3, w, 3);
  } else if (strength === 1) {
    hatch(c, x, y, w, h, segment.role === 'CANDIDATE' ? 6 : 12, dark ? '#ffffffa0' : '#00000080', false);
  }
}

function roleWords(segment) {
  if (!segment.up) return 'down';
  if (!segment.role) return 'no data yet';
  const term = 'term ' + segment.term;
  if (segment.role === 'LEADER') return '★ leader · ' + term;
  if (segment.role === 'FOLLOWER') return (segment.leader ? 'follows ' + segment.leader : 'no leader known') + ' · ' + term;
  return segment.role.toLowerCase().replace('_', '-') + ' · ' + term;
}

// As much of a text as there is room for; nothing rather than two letters.
function fitting(c, text, room) {
  const width = c.measureText(text).width;
  if (width <= room) return text;
  const letters = Math.floor(text.length * room / width) - 1;
  return letters > 3 ? text.slice(0, letters) + '…' : '';
}

function arrowHead(path, x0, y0, x1, y1, size) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  path.moveTo(x1, y1);
  path.lineTo(x1 - size * Math.cos(angle - 0.4), y1 - size * Math.sin(angle - 0.4));
  path.lineTo(x1 - size * Math.cos(angle + 0.4), y1 - size * Math.sin(angle + 0.4));
  path.closePath();
}

function toSegment(px, py, x0, y0, x1, y1) {
  const dx = x1 - x0, dy = y1 - y0;
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, ((px - x0) * dx + (py - y0) * dy) / length)) : 0;
  return Math.hypot(px - x0 - along * dx, py - y0 - along * dy);
}

// A message in a few letters, for the arrow itself.
function shortOf(run, m) {
  const fields = Object.fromEntries(fieldsOf(run, m));
  const name = typeOf(run, m);
  if (name === 'AppendEntries') return fields.entries.length ? 'entries ' + fields.entries.map(e => range(e.first, e.last)).join(', ') : 'empty append, commit ' + fields.commit;
  if (name === 'AppendEntriesResponse') return fields.rejectedPrevious && fields.rejectedPrevious.index ? 'rejects ' + fields.rejectedPrevious.index : 'durable to ' + fields.durableMatch;
  if (name === 'RequestVote') return 'vote? term ' + m.term;
  if (name === 'RequestPreVote') return 'would vote? term ' + m.term;
  if (name === 'VoteResponse' || name === 'PreVoteResponse') return fields.granted ? 'granted' : 'refused';
  return name;
}
