'use strict';
// The messages of a diagram: arrows between lanes.

Object.assign(Diagram.prototype, {
  // Where a message begins and ends on the canvas, once for each time that it lands.
  eachLine(m, take) {
    const down = m.to > m.from;
    const y0 = this.middle(m.from) + (down ? BAND / 2 : -BAND / 2);
    const y1 = this.middle(m.to) + (down ? -BAND / 2 : BAND / 2);
    for (const t of m.arrivals) take(this.x(m.t), y0, this.x(t), y1, 'arrived', t);
    for (const t of m.losses) {
      const end = Math.max(t, m.t + (this.t1 - this.t0) / 150);
      take(this.x(m.t), y0, this.x(m.t + (end - m.t) * 0.7), y0 + (y1 - y0) * 0.7, 'lost', t);
    }
    if (!m.arrivals.length && !m.losses.length) {
      const end = Math.min(this.run.end, m.t + (this.t1 - this.t0) / 40);
      take(this.x(m.t), y0, this.x(end), y0 + (y1 - y0) * 0.3, 'under way', end);
    }
  },

  drawMessages(c) {
    let count = 0;
    eachMessageBetween(this.run, this.t0, this.t1, m => { if (this.shows(m)) count++; });
    const every = Math.ceil(count / MANY);
    this.thinned = every;
    const heads = count < 3000;
    const alpha = count > 4000 ? 0.25 : count > 1000 ? 0.5 : 0.85;
    const paths = new Map();
    const crosses = [];
    const labels = [];
    let i = 0;
    eachMessageBetween(this.run, this.t0, this.t1, m => {
      if (!this.shows(m) || (i++ % every && !m.losses.length)) return;
      const key = this.groupOf[m.type] * 2 + (isAnswer(typeOf(this.run, m)) ? 1 : 0);
      let path = paths.get(key);
      if (!path) paths.set(key, path = {lines: new Path2D(), heads: new Path2D()});
      this.eachLine(m, (x0, y0, x1, y1, end) => {
        if (x1 < LABELS || x0 > this.width) return;
        path.lines.moveTo(x0, y0);
        path.lines.lineTo(x1, y1);
        if (end === 'lost') crosses.push([x1, y1]);
        else if (end === 'arrived' && heads) arrowHead(path.heads, x0, y0, x1, y1, 6);
        else if (end === 'under way') {
          path.heads.moveTo(x1 + 3, y1);
          path.heads.arc(x1, y1, 3, 0, 7);
        }
        if (count < 150 && x1 - x0 > 12) labels.push([m, x0, y0, x1, y1]);
      });
    });
    for (const [key, path] of paths) {
      const group = this.groups[key >> 1];
      c.strokeStyle = c.fillStyle = this.dark ? group.dark : group.light;
      c.globalAlpha = alpha;
      c.lineWidth = key & 1 ? 1 : 1.6;
      c.setLineDash(count < 4000 ? group.dash : []);
      c.stroke(path.lines);
      c.setLineDash([]);
      c.globalAlpha = Math.min(1, alpha + 0.2);
      if (key & 1) {
        c.lineWidth = 1;
        c.stroke(path.heads);
      } else {
        c.fill(path.heads);
      }
    }
    c.globalAlpha = 1;
    return {crosses, labels};
  },

  drawCrosses(c, crosses) {
    c.strokeStyle = this.colours.bad;
    c.lineWidth = crosses.length > 400 ? 1 : 2;
    c.beginPath();
    const arm = crosses.length > 400 ? 2.5 : 4;
    for (const [x, y] of crosses) {
      c.moveTo(x - arm, y - arm);
      c.lineTo(x + arm, y + arm);
      c.moveTo(x + arm, y - arm);
      c.lineTo(x - arm, y + arm);
    }
    c.stroke();
  },

  drawMessageLabels(c, labels) {
    const taken = [];
    c.font = '10px system-ui, "DejaVu Sans", sans-serif';
    c.textAlign = 'center';
    for (const [m, x0, y0, x1, y1] of labels) {
      const text = shortOf(this.run, m);
      const w = c.measureText(text).width;
      for (const part of [0.5, 0.3, 0.7, 0.4, 0.6]) {
        const x = x0 + (x1 - x0) * part, y = y0 + (y1 - y0) * part;
        if (Math.abs(y - this.middle(this.hostAt(y))) < BAND / 2 + 6) continue;
        if (taken.some(other => Math.abs(other[0] - x) < (other[2] + w) / 2 + 4 && Math.abs(other[1] - y) < 13)) continue;
        taken.push([x, y, w]);
        c.fillStyle = this.colours.bg;
        c.globalAlpha = 0.85;
        c.fillRect(x - w / 2 - 2, y - 6, w + 4, 12);
        c.globalAlpha = 1;
        const group = this.groups[this.groupOf[m.type]];
        c.fillStyle = this.dark ? group.dark : group.light;
        c.fillText(text, x, y + 0.5);
        break;
      }
    }
    c.font = '11px system-ui, "DejaVu Sans", sans-serif';
  },

  // The message nearest to a point, no farther than some pixels.
  messageAt(px, py) {
    let best = null, distance = 7;
    eachMessageBetween(this.run, this.time(px - 30), this.time(px + 30), m => {
      if (!this.shows(m)) return;
      this.eachLine(m, (x0, y0, x1, y1) => {
        const d = toSegment(px, py, x0, y0, x1, y1);
        if (d < distance) {
          distance = d;
          best = m;
        }
      });
    });
    return best;
  },
});
