'use strict';
// Says what is what, in the section that a button opens.

function legend(section, diagram) {
  const rows = [
    ['follower, coloured by its term', c => bandOf(c, {up: true, role: 'FOLLOWER', term: 1}, 0, 0, 44, 16, diagram.dark, diagram.colours)],
    ['pre-candidate, wide hatching: asks whether it could win', c => bandOf(c, {up: true, role: 'PRE_CANDIDATE', term: 1}, 0, 0, 44, 16, diagram.dark, diagram.colours)],
    ['candidate, narrow hatching: asks for votes', c => bandOf(c, {up: true, role: 'CANDIDATE', term: 1}, 0, 0, 44, 16, diagram.dark, diagram.colours)],
    ['leader, strong, with two rails; ★ where it begins', c => bandOf(c, {up: true, role: 'LEADER', term: 1}, 0, 0, 44, 16, diagram.dark, diagram.colours)],
    ['no process: ✖ where it ended, ▶ where the next starts', c => bandOf(c, {up: false}, 0, 0, 44, 16, diagram.dark, diagram.colours)],
    ['paused: the process does nothing', c => sampleBar(c, diagram.colours.pause, true)],
    ['✂ under a lane: cut off; dashed if only one way', c => sampleBar(c, diagram.colours.cut, false)],
    ['message lost', c => sampleCross(c, diagram.colours)],
  ];
  section.replaceChildren(element('h2', {textContent: 'What is what'}),
    element('div', {textContent: 'Time runs to the right. Each host has a lane; arrows are messages, thin with open heads are answers. A new colour is a new term.'}));
  for (const [words, paint] of rows) {
    const sample = element('canvas', {width: 88, height: 32});
    section.append(element('div', {className: 'row'}, sample, words));
    const c = sample.getContext('2d');
    c.scale(2, 2);
    paint(c);
  }
  section.append(element('div', {textContent: 'At a lane, seen from near: + entries appended, ▂ durable on disk, ✓ known as committed, ● applied, ✂ truncated, ⚙ configuration, ◆ vote given, ⇩ snapshot installed, ↻ state machine restored from one, or found on the disk by a new process, ▤ compacted.'}));
  const keys = element('p');
  for (const [key, what] of [['wheel', 'zoom'], ['drag', 'move'], ['← →', 'move'], ['+ −', 'zoom'], ['0', 'whole run'], ['v', 'violation'],
    ['click', 'keep the details'], ['Esc', 'let go'], ['/', 'search'], ['n N', 'next, previous'], ['h', 'heartbeats']]) {
    keys.append(element('kbd', {textContent: key}), ' ' + what + '  ');
  }
  section.append(keys);
}

function sampleBar(c, colour, striped) {
  c.fillStyle = c.strokeStyle = colour;
  c.globalAlpha = 0.25;
  c.fillRect(1, 2, 42, 12);
  c.globalAlpha = 1;
  if (!striped) c.setLineDash([5, 3]);
  c.strokeRect(1, 2, 42, 12);
  if (striped) for (let x = 6; x < 42; x += 14) {
    c.fillRect(x, 4, 2, 8);
    c.fillRect(x + 4, 4, 2, 8);
  }
}

function sampleCross(c, colours) {
  c.strokeStyle = colours.soft;
  c.beginPath();
  c.moveTo(2, 8);
  c.lineTo(34, 8);
  c.stroke();
  c.strokeStyle = colours.bad;
  c.lineWidth = 2;
  c.beginPath();
  c.moveTo(30, 4);
  c.lineTo(38, 12);
  c.moveTo(38, 4);
  c.lineTo(30, 12);
  c.stroke();
}
