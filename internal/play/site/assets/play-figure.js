// The sentence with its arcs as a picture of its own, in SVG or on a canvas.

// figureOf returns the parts of a picture from the places of the sentence: paths, boxes and texts with their colours.
function figureOf(places, map, colors, title) {
  const top = 34,
    { width, height } = places,
    rtl = map.direction === "rtl";
  const parts = [{ kind: "text", x: 8, y: 18, size: 14, color: colors.quiet, text: title, anchor: "start" }];
  for (const a of places.arcs) {
    parts.push({
      kind: "path",
      d: a.d,
      width: a.width,
      opacity: a.opacity,
      color: a.cut ? colors.quiet : colors.accent,
      dash: a.cut ? [3, 5] : [],
    });
    if (a.cross) parts.push({ kind: "path", d: a.cross, width: 2.5, opacity: 1, color: colors.ink, dash: [] });
  }
  places.tokens.forEach((t, i) => {
    const { shade, ink } = colors.token(i);
    if (shade) parts.push({ kind: "box", x: t.left, y: t.top + top, w: t.width, h: t.height, color: shade });
    const y = t.top + t.height / 2 + places.size * 0.35 + top;
    parts.push({
      kind: "text",
      x: t.left + t.width / 2,
      y,
      size: places.size,
      color: ink,
      text: map.tokens[i],
      anchor: "middle",
    });
  });
  const next = map.nextAt.at(-1)?.[0];
  if (next) {
    const y = places.ghost.y + places.size * 0.35 + top;
    parts.push({
      kind: "text",
      x: rtl ? places.ghost.right : places.ghost.left,
      y,
      size: places.size,
      color: colors.quiet,
      anchor: rtl ? "end" : "start",
      text: `${isolated(next.word, /^.*$/s)} ${percent(next.probability)}`,
    });
  }
  const long = next ? (next.word.length + 8) * places.size * 0.65 : 0;
  const left = rtl ? Math.floor(Math.min(0, places.ghost.right - long)) : 0;
  const right = Math.ceil(rtl ? width : Math.max(width, places.ghost.left + long));
  return { left, width: right - left, height: Math.ceil(height) + top, top, parts, background: colors.panel };
}

const figureFont = "system-ui, 'Segoe UI', 'Noto Sans', sans-serif";

// svgOf returns a picture as the text of an SVG file.
function svgOf(figure, title) {
  const { left, width, height, top, parts } = figure;
  const inner = parts.map((p) => {
    if (p.kind === "path") {
      return drawing("path", {
        d: p.d,
        fill: "none",
        stroke: p.color,
        "stroke-width": p.width,
        "stroke-opacity": p.opacity,
        ...(p.dash.length ? { "stroke-dasharray": p.dash.join(" ") } : {}),
        transform: `translate(0 ${top})`,
      });
    }
    if (p.kind === "box") return drawing("rect", { x: p.x, y: p.y, width: p.w, height: p.h, rx: 6, fill: p.color });
    return drawing(
      "text",
      { x: p.x, y: p.y, "font-size": p.size, fill: p.color, "text-anchor": p.anchor, "font-family": figureFont },
      p.text,
    );
  });
  const svg = drawing(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `${left} 0 ${width} ${height}`, width, height },
    drawing("title", {}, title),
    drawing("rect", { x: left, width, height, fill: figure.background }),
    ...inner,
  );
  return new XMLSerializer().serializeToString(svg);
}

// pngOf draws a picture on a canvas, twice as large, and returns a promise of a Blob.
function pngOf(figure) {
  const { left, width, height, top, parts, background } = figure;
  const scale = Math.min(2, 4096 / Math.max(width, height));
  const canvas = element("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.translate(-left, 0);
  pen.fillStyle = background;
  pen.fillRect(left, 0, width, height);
  for (const p of parts) {
    pen.save();
    if (p.kind === "path") {
      pen.translate(0, top);
      pen.globalAlpha = p.opacity;
      pen.strokeStyle = p.color;
      pen.lineWidth = p.width;
      pen.setLineDash(p.dash);
      pen.stroke(new Path2D(p.d));
    } else if (p.kind === "box") {
      pen.fillStyle = p.color;
      pen.fillRect(p.x, p.y, p.w, p.h);
    } else {
      pen.fillStyle = p.color;
      pen.font = `${p.size}px ${figureFont}`;
      pen.textAlign = p.anchor === "middle" ? "center" : p.anchor;
      pen.fillText(p.text, p.x, p.y);
    }
    pen.restore();
  }
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
