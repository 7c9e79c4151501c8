'use strict';
// The hosts of a diagram: a lane each, with what its process is and does.

Object.assign(Diagram.prototype, {
  drawLane(c, h) {
    c.fillStyle = h % 2 ? this.colours.bg : this.colours.lane;
    c.fillRect(0, this.top(h), this.width, this.lane);
  },

  drawLabels(c) {
    const colours = this.colours;
    c.textAlign = 'left';
    const label = (y, big, small) => {
      c.fillStyle = colours.fg;
      c.font = 'bold 13px system-ui, "DejaVu Sans", sans-serif';
      c.fillText(big, 10, small ? y - 8 : y);
      c.font = '11px system-ui, "DejaVu Sans", sans-serif';
      c.fillStyle = colours.soft;
      if (small) c.fillText(small, 10, y + 8);
    };
    c.fillStyle = colours.bg;
    c.fillRect(0, 0, LABELS, this.height);
    this.run.hosts.forEach((host, h) => {
      this.drawLaneLabel(c, h);
      label(this.middle(h), host.name, this.labelOf(host));
    });
    label(AXIS + FAULTS / 2, 'Faults');
    label(this.operationsTop() + this.operationsHeight / 2, 'Clients');
    c.fillStyle = colours.soft;
    c.fillText('time →', 10, 12);
    c.strokeStyle = colours.line;
    c.beginPath();
    c.moveTo(LABELS - 0.5, 0);
    c.lineTo(LABELS - 0.5, this.height);
    c.moveTo(0, this.operationsTop() + 0.5);
    c.lineTo(this.width, this.operationsTop() + 0.5);
    c.stroke();
  },

  drawLaneLabel(c, h) {
    c.fillStyle = h % 2 ? this.colours.bg : this.colours.lane;
    c.fillRect(0, this.top(h), LABELS, this.lane);
  },

  labelOf(host) {
    const lives = host.segments.reduce((most, s) => Math.max(most, s.life), 0);
    return lives === 1 ? '1 process' : lives + ' processes';
  },

  drawBand(c, host, h) {
    const y = this.middle(h) - BAND / 2;
    const colours = this.colours;
    const from = Math.max(0, firstAfter(host.segments, this.t0, s => s.t1));
    let labelled = -1e9;
    for (let i = from; i < host.segments.length; i++) {
      const s = host.segments[i];
      if (s.t0 > this.t1) break;
      const x0 = Math.max(LABELS - 2, this.x(s.t0));
      const x1 = Math.min(this.width + 2, this.x(s.t1));
      c.globalAlpha = 0.88;
      bandOf(c, s, x0, y, Math.max(1, x1 - x0), BAND, this.dark, colours);
      c.globalAlpha = 1;
      c.fillStyle = this.dark ? '#00000080' : '#ffffffc0';
      c.fillRect(x0 - 0.5, y, 1, BAND);
      const words = roleWords(s);
      const start = Math.max(x0, LABELS) + 5;
      const room = x1 - start - 4;
      const text = [words, words.replace(/ · term /, ' · t'), s.up && s.role ? 't' + s.term : '']
        .find(t => t && c.measureText(t).width < room);
      if (text && start > labelled) {
        if (/CANDIDATE/.test(s.role) || !s.up) {
          c.fillStyle = s.up ? termColour(s.term, 1, this.dark) : colours.down;
          c.fillRect(start - 2, y + 5, c.measureText(text).width + 4, BAND - 10);
        }
        c.fillStyle = this.dark ? '#ffffff' : '#111111';
        c.textAlign = 'left';
        c.fillText(text, start, y + BAND / 2 + 0.5);
        labelled = start + c.measureText(text).width;
      }
    }
    for (const p of host.pauses) this.bar(c, p.t, p.t + p.nanos, y - 1, BAND + 2, colours.pause, '‖ paused', true);
    const under = this.top(h) + this.lane - 15;
    for (const cut of host.cuts) {
      const same = cut.out.join() === cut.in.join();
      const words = same ? '✂ cut off from ' + cut.in.join(' ')
        : [cut.out.length ? '✂ can’t send to ' + cut.out.join(' ') : '', cut.in.length ? '✂ hears nothing of ' + cut.in.join(' ') : '']
          .filter(Boolean).join(' · ');
      this.bar(c, cut.t0, cut.t1, under, 13, colours.cut, words, false, same);
    }
  },

  bar(c, t0, t1, y, h, colour, words, striped, full) {
    if (t1 < this.t0 || t0 > this.t1) return;
    const x0 = Math.max(LABELS - 2, this.x(t0));
    const w = Math.max(2, Math.min(this.width + 2, this.x(t1)) - x0);
    c.save();
    if (!striped) {
      c.fillStyle = this.colours.bg;
      c.fillRect(x0, y, w, h);
    }
    c.globalAlpha = 0.25;
    c.fillStyle = colour;
    c.fillRect(x0, y, w, h);
    c.restore();
    c.strokeStyle = colour;
    c.lineWidth = 1.5;
    if (!striped && !full) c.setLineDash([5, 3]);
    c.strokeRect(x0, y, w, h);
    c.setLineDash([]);
    if (striped) for (let x = x0 + 5; x < x0 + w - 6; x += 14) {
      c.fillStyle = colour;
      c.fillRect(x, y + 2, 2, h - 4);
      c.fillRect(x + 4, y + 2, 2, h - 4);
    }
    const start = Math.max(x0, LABELS) + 5;
    const text = fitting(c, words, x0 + w - start - 2);
    if (text) {
      if (striped) {
        c.fillStyle = this.colours.bg;
        c.fillRect(start - 2, y + 6, c.measureText(text).width + 4, h - 12);
      }
      c.fillStyle = this.colours.fg;
      c.textAlign = 'left';
      c.fillText(text, start, y + h / 2 + 0.5);
    }
  },

  drawMarks(c, host, h) {
    const from = firstAfter(host.marks, this.t0, timeOf);
    const to = firstAfter(host.marks, this.t1, timeOf);
    const dense = to - from > this.width / 6;
    const middle = this.middle(h);
    c.textAlign = 'left';
    for (const weight of [3, 2, 1, 0]) {
      if (dense && weight === 0) break;
      for (let i = from; i < to; i++) {
        const mark = host.marks[i];
        if (mark.weight === weight) this.drawMark(c, mark, middle, h, weight === 0);
      }
    }
  },

  drawMark(c, mark, middle, h, small) {
    const x = this.x(mark.t);
    const bad = mark.sign === '✖' || mark.sign === '✂';
    const row = mark.above ? 0 : 1;
    const y = mark.above ? middle - BAND / 2 - 8 : middle + BAND / 2 + 8;
    c.fillStyle = bad ? this.colours.bad : this.colours.fg;
    c.fillRect(x - 0.5, mark.above ? y + 4 : middle + BAND / 2, 1, 5);
    const text = mark.sign + ' ' + mark.word;
    const taken = this.takenLabels(h, row);
    const w = c.measureText(text).width + 6;
    const fits = (left, width) => !taken.some(([l, r]) => left < r && left + width > l);
    const draw = (words, width) => {
      taken.push([x - 3, x + width]);
      c.globalAlpha = 0.8;
      c.fillStyle = h % 2 ? this.colours.bg : this.colours.lane;
      c.fillRect(x - 4, y - 6, width, 12);
      c.globalAlpha = 1;
      c.fillStyle = bad ? this.colours.bad : this.colours.fg;
      c.fillText(words, x - 3, y);
    };
    if (fits(x - 3, w)) draw(text, w);
    else if (!small && fits(x - 3, 12)) draw(mark.sign, 12);
  },

  takenLabels(h, row) {
    const key = h * 2 + row;
    if (this.takenAt !== this.frame) {
      this.takenAt = this.frame;
      this.taken = [];
    }
    return this.taken[key] || (this.taken[key] = []);
  },
});
