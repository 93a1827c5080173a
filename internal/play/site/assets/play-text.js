// The reader's own text: pasted, opened or dropped. Only text is taken, and only so much of it; and a zip of a run folder.

// mostText is how many bytes of text the page takes.
const mostText = 1 << 20;

// mostRun is how many bytes of a zip of a run folder the page takes.
const mostRun = 60e6;

// isZip reports whether a file begins as a zip does and is no document of an office program.
async function isZip(file) {
  const [p, k] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return p === 0x50 && k === 0x4b && !/\.(doc|xls|ppt|od|epub)[a-z]*$/i.test(file.name);
}

// readBase64 returns the bytes of a file in base64.
async function readBase64(file) {
  if (file.size > mostRun)
    throw new Error(`${clip(file.name, 60)} has ${Math.round(file.size / 1e6)} MB; the page opens a run of up to ${mostRun / 1e6} MB`);
  return new Promise((done, refuse) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => refuse(new Error(`${clip(file.name, 60)} cannot be read: choose it again`));
    reader.readAsDataURL(file);
  });
}

// kinds are files that are no plain text: the bytes that they begin with, what they are, and what to do.
const kinds = [
  [[0x25, 0x50, 0x44, 0x46], "a PDF", "Copy the text out of it and paste it here"],
  [[0x50, 0x4b, 0x03, 0x04], "a document of an office program", "Save it as .txt"],
  [[0xd0, 0xcf, 0x11, 0xe0], "a document of an office program", "Save it as .txt"],
  [[0x1f, 0x8b], "compressed with gzip", "Unpack it first"],
  [[0x89, 0x50, 0x4e, 0x47], "an image", "Type the words of it here"],
  [[0xff, 0xd8, 0xff], "an image", "Type the words of it here"],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], "an SQLite database", "Export a column of it as text"],
  [[0xff, 0xfe, 0, 0], "in UTF-32", "Save it in UTF-8"],
];

// readText returns the text of a file, or throws an error that says what the file is and what to do.
async function readText(file) {
  if (file.size > mostText) {
    throw new Error(
      `${clip(file.name, 60)} has ${(file.size / 1e6).toFixed(1)} MB; the page takes up to 1 MB of text. Drop a part of it, or use attend train --data`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const starts = (magic) => magic.every((b, i) => bytes[i] === b);
  const name = clip(file.name, 60);
  for (const [magic, what, advice] of kinds)
    if (starts(magic)) throw new Error(`${name} is ${what}, and the page takes plain text. ${advice}`);
  const encoding = starts([0xff, 0xfe]) ? "utf-16le" : starts([0xfe, 0xff]) ? "utf-16be" : "utf-8"; // by its byte-order mark
  let text;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${name} is not text in UTF-8. Save it as plain text in UTF-8; attend train --data names what its bytes are like`);
  }
  text = text.replace(/\r(?!\n)/g, "\n"); // lines of old Mac files
  checkText(text, name);
  return text;
}

// checkText throws an error for what cannot be a text to learn.
function checkText(text, name) {
  if (text.trim() === "") throw new Error(`${name} is empty: wanted at least two sentences`);
  if (text.includes("\0")) throw new Error(`${name} has bytes that are no text. Save it as plain text in UTF-8`);
  if (new TextEncoder().encode(text).length > mostText)
    throw new Error(`${name} has more than 1 MB; the page takes up to 1 MB of text`);
}

// makeOwnText wires the panel and the page for dropping. `on` has use({text, fileName, unit}), open(zip in base64,
// name) and refused(message).
function makeOwnText(on) {
  const panel = byId("own-panel"),
    button = byId("own"),
    area = byId("own-text");
  let fileName = "mine.txt";
  const open = (wide) => {
    panel.hidden = !wide;
    button.setAttribute("aria-expanded", wide);
    if (wide) area.focus();
  };
  const count = () => {
    const lines = area.value.split("\n").filter((l) => l.trim() !== "").length;
    const words = area.value.split(/\s+/).filter(Boolean).length;
    byId("own-note").textContent = area.value
      ? `${lines} ${lines === 1 ? "line" : "lines"}, ${words} ${words === 1 ? "word" : "words"}.`
      : "";
  };
  const take = async (file) => {
    try {
      if (await isZip(file)) return on.open(await readBase64(file), file.name.replace(/\.zip$/i, ""));
      area.value = await readText(file);
      fileName = file.name;
      open(true);
      count();
      use();
    } catch (error) {
      on.refused(error.message);
    }
  };
  const use = () => {
    try {
      checkText(area.value, "the text");
      on.use({ text: area.value, fileName, unit: byId("own-unit").value });
    } catch (error) {
      on.refused(error.message);
    }
  };
  button.onclick = () => open(panel.hidden);
  area.oninput = () => {
    fileName = "mine.txt";
    count();
  };
  byId("own-use").onclick = use;
  byId("own-file").onchange = (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) take(file);
  };
  // A file dropped beside the panel must not replace the page.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const file = event.dataTransfer.files[0];
    const text = event.dataTransfer.getData("text/plain");
    if (file) take(file);
    else if (text) take(new File([text], "dropped.txt"));
  });
  return {
    open,
    fill(text, unit) {
      area.value = text;
      if (unit) byId("own-unit").value = unit;
      count();
    },
  };
}
